/** The sheet of all pages on a phone. Loaded when it is first opened. */
import { Dialog } from "@base-ui/react/dialog";
import { Link } from "@tanstack/react-router";
import type { Group } from "./navigation.ts";
import { ThemeSwitch } from "./theme-switch.tsx";
import type { Warnings } from "./use-warnings.ts";
import { WarningCount } from "./warning-count.tsx";

interface Props {
  tenant: string;
  groups: readonly Group[];
  warnings: Warnings;
  onClose: () => void;
}

export default function AllPages({ tenant, groups, warnings, onClose }: Props) {
  return (
    <Dialog.Root open onOpenChange={(open) => open || onClose()}>
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
                    onClick={onClose}
                    activeOptions={{ exact: to === "/$tenant", includeSearch: false }}
                    className="flex h-11 items-center gap-2.5 rounded-md px-2.5 text-base text-ink-2 hover:bg-hover aria-[current=page]:bg-hover aria-[current=page]:text-ink"
                  >
                    <Icon aria-hidden className="size-4.5" />
                    {title}
                    <WarningCount warning={warnings[to]} />
                  </Link>
                </li>
              ))}
            </ul>
          ))}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
