/** Navigation below the page on a narrow window, where thumbs are: the first four pages, and a sheet with all. */
import { Link, useLocation } from "@tanstack/react-router";
import { Ellipsis } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useMembership } from "../api/me.ts";
import { cn } from "../lib/cn.ts";
import { type Destination, groupsFor } from "./navigation.ts";
import { useWarnings } from "./use-warnings.ts";
import { WarningDot } from "./warning-count.tsx";

const AllPages = lazy(() => import("./all-pages.tsx"));

const PLACE =
  "flex h-14 min-w-0 flex-1 flex-col items-center justify-center gap-1 text-2xs font-medium text-ink-2 focus-visible:outline-offset-[-2px] aria-[current=page]:text-accent";

export function BottomBar({ tenant }: { tenant: string }) {
  const [isOpen, setIsOpen] = useState(false);
  const groups = groupsFor(useMembership()?.actions ?? []);
  const all = groups.flatMap(({ pages }) => pages);
  const warnings = useWarnings(tenant);
  const hidden = all.filter(({ onPhone, to }) => !onPhone && warnings[to] !== undefined);
  const { pathname } = useLocation();
  const isElsewhere = !all.some((page) => page.onPhone && isAt(page, pathname, tenant));
  return (
    <nav aria-label="Main" className="flex shrink-0 border-t bg-surface pb-[env(safe-area-inset-bottom)] lg:hidden">
      {all
        .filter(({ onPhone }) => onPhone)
        .map(({ to, title, icon: Icon }) => (
          <Link
            key={to}
            to={to}
            params={{ tenant }}
            activeOptions={{ exact: to === "/$tenant", includeSearch: false }}
            className={PLACE}
          >
            <span className="relative">
              <Icon aria-hidden className="size-5" />
              <WarningDot isOn={warnings[to] !== undefined} />
            </span>
            {title}
            {warnings[to] && (
              <span className="sr-only">
                , {warnings[to].count} {warnings[to].text}
              </span>
            )}
          </Link>
        ))}
      <button
        type="button"
        aria-haspopup="dialog"
        onClick={() => setIsOpen(true)}
        className={cn(PLACE, isElsewhere && "text-accent")}
      >
        <span className="relative">
          <Ellipsis aria-hidden className="size-5" />
          <WarningDot isOn={hidden.length > 0} />
        </span>
        More
        {hidden.length > 0 && (
          <span className="sr-only">, {hidden.map(({ title }) => title).join(", ")} need a look</span>
        )}
      </button>
      {isOpen && (
        <Suspense>
          <AllPages tenant={tenant} groups={groups} warnings={warnings} onClose={() => setIsOpen(false)} />
        </Suspense>
      )}
    </nav>
  );
}

/** Whether `pathname`, as the router has it, is `page` or below it. */
function isAt(page: Destination, pathname: string, tenant: string): boolean {
  const path = page.to.replace("$tenant", tenant);
  const here = pathname.replace(/\/$/, "");
  return here === path || (page.to !== "/$tenant" && here.startsWith(`${path}/`));
}
