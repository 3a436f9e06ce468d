import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { CircleUser, LogOut, Search } from "lucide-react";
import { meQuery, useMembership } from "../api/me.ts";
import { signInOptionsQuery } from "../api/session.ts";
import { Button } from "../components/ui/button.tsx";
import { Select } from "../components/ui/field.tsx";
import { Kbd } from "../components/ui/kbd.tsx";
import { Logo } from "../components/ui/logo.tsx";
import { LiveDot } from "./live-dot.tsx";
import { groupsFor } from "./navigation.ts";
import { ThemeSwitch } from "./theme-switch.tsx";
import { useSignOut } from "./use-sign-out.ts";
import { useWarnings } from "./use-warnings.ts";
import { WarningCount } from "./warning-count.tsx";

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

interface SidebarProps {
  tenant: string;
  onPalette: () => void;
}

/** Navigation at the side of a wide window; on a narrow one only its head, above the page. */
export function Sidebar({ tenant, onPalette }: SidebarProps) {
  const signOut = useSignOut();
  const { data: me } = useQuery(meQuery);
  return (
    <header className="flex shrink-0 border-b bg-sunken lg:w-56 lg:flex-col lg:border-r lg:border-b-0">
      <div className="flex min-w-0 flex-1 items-center gap-2.5 px-4 py-2 lg:min-h-0 lg:flex-col lg:items-stretch lg:gap-3 lg:px-3 lg:pt-4">
        <div className="flex min-w-0 items-center gap-2 lg:px-1.5">
          <Logo className="size-6 shrink-0" />
          <TenantName tenant={tenant} />
        </div>
        <button
          type="button"
          onClick={onPalette}
          className="ml-auto flex h-8 items-center gap-2 rounded-md border border-line-strong bg-surface px-2 text-sm text-ink-3 hover:text-ink lg:ml-0 lg:w-full"
        >
          <Search aria-hidden className="size-4 shrink-0" />
          <span className="sr-only lg:not-sr-only">
            <span className="whitespace-nowrap">Search or go to…</span>
          </span>
          <span className="ml-auto hidden lg:inline">
            <Kbd keys={isMac ? "⌘ K" : "Ctrl K"} />
          </span>
        </button>
        <SideNavigation tenant={tenant} />
      </div>
      <div className="flex items-center gap-1 pr-4 lg:flex-col lg:items-stretch lg:gap-3 lg:border-t lg:p-3">
        <div className="hidden items-center justify-between px-1.5 lg:flex">
          <LiveDot />
          <ThemeSwitch />
        </div>
        <div className="flex items-center justify-between gap-1 lg:pl-1.5">
          <Link
            to="/$tenant/account"
            params={{ tenant }}
            aria-label={`Your account, ${me?.user.email ?? ""}`}
            title={me?.user.email}
            className="flex size-8 min-w-0 items-center justify-center rounded-md text-xs text-ink-2 hover:bg-hover hover:text-ink aria-[current=page]:text-ink lg:w-auto lg:flex-1 lg:justify-start lg:px-1.5"
          >
            <CircleUser aria-hidden className="size-4 shrink-0 lg:hidden" />
            <span className="hidden truncate lg:inline">{me?.user.email}</span>
          </Link>
          <Button tone="quiet" size="icon" aria-label="Sign out" title="Sign out" onClick={signOut}>
            <LogOut aria-hidden className="size-4" />
          </Button>
        </div>
      </div>
    </header>
  );
}

/** Of the choice that makes another one. */
const ANOTHER = "+";

/** The tenant's name; a choice where there are several, or another one may be made. */
function TenantName({ tenant }: { tenant: string }) {
  const navigate = useNavigate();
  const { data: me } = useQuery(meQuery);
  const { data: options } = useQuery(signInOptionsQuery);
  const tenants = me?.tenants ?? [];
  if (tenants.length < 2 && options?.sign_up !== true)
    return <span className="truncate text-base font-semibold">{tenants[0]?.name ?? "meterr"}</span>;
  return (
    <Select
      aria-label="Organization"
      value={tenant}
      className="h-8 min-w-0 border-transparent bg-transparent pl-1.5 font-semibold"
      onChange={(event) => {
        const { value } = event.target;
        if (value === ANOTHER) void navigate({ to: "/new-organization" });
        else void navigate({ to: "/$tenant", params: { tenant: value } });
      }}
    >
      {tenants.map((each) => (
        <option key={each.id} value={each.id}>
          {each.name}
        </option>
      ))}
      {options?.sign_up && <option value={ANOTHER}>New organization…</option>}
    </Select>
  );
}

/** Every page, a hairline between the groups. It scrolls where the window is low. */
function SideNavigation({ tenant }: { tenant: string }) {
  const groups = groupsFor(useMembership()?.actions ?? []);
  const warnings = useWarnings(tenant);
  return (
    <nav aria-label="Main" className="-mx-1 hidden min-h-0 flex-col overflow-y-auto px-1 lg:flex">
      {groups.map((group) => (
        <ul
          key={group.title}
          aria-label={group.title}
          className="flex flex-col gap-0.5 border-t py-2 first:border-0 first:pt-0"
        >
          {group.pages.map(({ to, title, icon: Icon }) => (
            <li key={to}>
              <Link
                to={to}
                params={{ tenant }}
                activeOptions={{ exact: to === "/$tenant", includeSearch: false }}
                className="flex h-8 items-center gap-2.5 rounded-md px-2 text-base text-ink-2 hover:bg-hover hover:text-ink focus-visible:outline-offset-[-2px] aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-ink"
              >
                <Icon aria-hidden className="size-4" />
                {title}
                <WarningCount warning={warnings[to]} />
              </Link>
            </li>
          ))}
        </ul>
      ))}
    </nav>
  );
}
