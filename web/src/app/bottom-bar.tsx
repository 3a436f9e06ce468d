/** Navigation below the page on a narrow window, where thumbs are: the first four pages, and a sheet with all. */
import { Dialog } from "@base-ui/react/dialog";
import { Link, useLocation } from "@tanstack/react-router";
import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { useMembership } from "../api/me.ts";
import { cn } from "../lib/cn.ts";
import { type Destination, groupsFor } from "./navigation.ts";
import { ThemeSwitch } from "./theme-switch.tsx";

const PLACE =
  "flex h-14 min-w-0 flex-1 flex-col items-center justify-center gap-1 text-2xs font-medium text-ink-2 focus-visible:outline-offset-[-2px] aria-[current=page]:text-accent";

export function BottomBar({ tenant }: { tenant: string }) {
  const [isOpen, setIsOpen] = useState(false);
  const groups = groupsFor(useMembership()?.actions ?? []);
  const all = groups.flatMap(({ pages }) => pages);
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
            <Icon aria-hidden className="size-5" />
            {title}
          </Link>
        ))}
      <Dialog.Root open={isOpen} onOpenChange={setIsOpen}>
        <Dialog.Trigger className={cn(PLACE, isElsewhere && "text-accent")}>
          <Ellipsis aria-hidden className="size-5" />
          More
        </Dialog.Trigger>
        <Dialog.Portal>
          <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim" />
          <Dialog.Popup className="fixed inset-x-0 bottom-0 z-50 max-h-[80dvh] animate-rise overflow-y-auto rounded-t-xl border-t bg-surface pb-[env(safe-area-inset-bottom)] outline-none">
            <div className="flex items-center justify-between px-4 pt-3">
              <Dialog.Title className="text-base font-semibold">All pages</Dialog.Title>
              <ThemeSwitch />
            </div>
            {groups.map((group) => (
              <ul
                key={group.title}
                aria-label={group.title}
                className="grid grid-cols-2 gap-1 border-b p-2 last:border-0"
              >
                {group.pages.map(({ to, title, icon: Icon }) => (
                  <li key={to}>
                    <Link
                      to={to}
                      params={{ tenant }}
                      onClick={() => setIsOpen(false)}
                      activeOptions={{ exact: to === "/$tenant", includeSearch: false }}
                      className="flex h-11 items-center gap-2.5 rounded-md px-2.5 text-base text-ink-2 hover:bg-hover aria-[current=page]:bg-hover aria-[current=page]:text-ink"
                    >
                      <Icon aria-hidden className="size-4.5" />
                      {title}
                    </Link>
                  </li>
                ))}
              </ul>
            ))}
          </Dialog.Popup>
        </Dialog.Portal>
      </Dialog.Root>
    </nav>
  );
}

/** Whether `pathname`, as the router has it, is `page` or below it. */
function isAt(page: Destination, pathname: string, tenant: string): boolean {
  const path = page.to.replace("$tenant", tenant);
  const here = pathname.replace(/\/$/, "");
  return here === path || (page.to !== "/$tenant" && here.startsWith(`${path}/`));
}
