/** The command palette: every page and action by a few letters. */
import { Dialog } from "@base-ui/react/dialog";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useId, useState } from "react";
import { meQuery } from "../api/me.ts";
import type { Action } from "../api/types.ts";
import { Kbd } from "../components/ui/kbd.tsx";
import { cn } from "../lib/cn.ts";
import { setTheme, THEMES } from "../lib/theme.ts";
import { groupsFor } from "./navigation.ts";
import { useSignOut } from "./use-sign-out.ts";

interface Command {
  title: string;
  /** Where two may have the same title. */
  id?: string;
  keys?: string;
  run: () => unknown;
}

interface Props {
  tenant: string;
  onClose: () => void;
}

export default function Palette({ tenant, onClose }: Props) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const listId = useId();
  const commands = useCommands({ tenant, text }).filter(({ title }) => fits(title, text));
  const chosen = Math.min(at, commands.length - 1);

  const run = (command: Command | undefined): void => {
    if (!command) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") run(commands[chosen]);
    if (step === undefined) return;
    event.preventDefault();
    setAt((chosen + step + commands.length) % Math.max(1, commands.length));
  };

  return (
    <Dialog.Root open onOpenChange={(open) => open || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Popup className="fixed top-[12vh] left-1/2 z-50 flex max-h-[70vh] w-[calc(100vw-1.5rem)] max-w-xl -translate-x-1/2 animate-rise flex-col overflow-hidden rounded-xl border bg-surface shadow-2xl outline-none">
          <Dialog.Title className="sr-only">Search or go to</Dialog.Title>
          <input
            role="combobox"
            aria-label="Search pages and actions"
            aria-expanded
            aria-controls={listId}
            aria-activedescendant={commands[chosen] && `${listId}-${chosen}`}
            value={text}
            placeholder="Go to a page, or paste a request's id"
            onChange={(event) => {
              setText(event.target.value);
              setAt(0);
            }}
            onKeyDown={onKeyDown}
            className="h-12 shrink-0 border-b bg-transparent px-4 text-base outline-none placeholder:text-ink-3"
          />
          <div id={listId} role="listbox" aria-label="Pages and actions" className="overflow-y-auto p-1.5">
            {commands.map((command, i) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the input above handles the keys for all options
              <div
                key={command.id ?? command.title}
                id={`${listId}-${i}`}
                role="option"
                tabIndex={-1}
                aria-selected={i === chosen}
                onClick={() => run(command)}
                onPointerMove={() => setAt(i)}
                className={cn(
                  "flex h-9 cursor-pointer items-center justify-between rounded-md px-2.5 text-base",
                  i === chosen && "bg-hover",
                )}
              >
                {command.title}
                {command.keys && <Kbd keys={command.keys} />}
              </div>
            ))}
          </div>
          {commands.length === 0 && <p className="px-4 py-6 text-center text-sm text-ink-2">Nothing fits “{text}”.</p>}
          <p className="flex flex-wrap gap-x-4 gap-y-1 border-t px-4 py-2 text-xs text-ink-3">
            <span>
              <Kbd keys="j k" /> move in tables
            </span>
            <span>
              <Kbd keys="/" /> filter
            </span>
            <span>
              <Kbd keys="Esc" /> close
            </span>
          </p>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function useCommands({ tenant, text }: { tenant: string; text: string }): Command[] {
  const navigate = useNavigate();
  const signOut = useSignOut();
  const { data: me } = useQuery(meQuery);
  const actions = me?.tenants.find((each) => each.id === tenant)?.actions ?? [];
  const may = (action: Action): boolean => actions.includes(action);
  const id = text.trim();
  const params = { tenant };
  return [
    ...(/^req_\w+$/.test(id)
      ? [{ title: `Open request ${id}`, run: () => navigate({ to: "/$tenant/requests/$id", params: { tenant, id } }) }]
      : []),
    ...groupsFor(actions)
      .flatMap(({ pages }) => pages)
      .map(({ to, title, keys }) => ({
        title: `Go to ${title}`,
        keys,
        run: () => navigate({ to, params }),
      })),
    may("keys") && {
      title: "Create a key",
      run: () => navigate({ to: "/$tenant/keys", params, search: { new: "1" } }),
    },
    may("budgets") && {
      title: "Create a budget",
      run: () => navigate({ to: "/$tenant/budgets", params, search: { new: "1" } }),
    },
    may("routes") && {
      title: "Create a route",
      run: () => navigate({ to: "/$tenant/routes", params, search: { new: "1" } }),
    },
    may("credentials") && {
      title: "Add a provider's credential",
      run: () => navigate({ to: "/$tenant/providers", params, search: { new: "1" } }),
    },
    may("budgets") && {
      title: "Create a rate limit",
      run: () => navigate({ to: "/$tenant/limits", params, search: { new: "1" } }),
    },
    may("alerts") && {
      title: "Add an alert channel",
      run: () => navigate({ to: "/$tenant/alerts", params, search: { new: "1" } }),
    },
    may("prices") && {
      title: "Set the price of a model",
      run: () => navigate({ to: "/$tenant/models", params, search: { set: "new" } }),
    },
    {
      title: "Show models without a price",
      run: () => navigate({ to: "/$tenant/models", params, search: { source: "none" } }),
    },
    may("sinks") && {
      title: "Add a sink",
      run: () => navigate({ to: "/$tenant/sinks", params, search: { new: "1" } }),
    },
    may("tokens") && {
      title: "Make a management token",
      run: () => navigate({ to: "/$tenant/settings", params, search: { new: "1" } }),
    },
    {
      title: "Show failed requests",
      run: () => navigate({ to: "/$tenant/requests", params, search: { status: "error" } }),
    },
    {
      title: "Show denied requests",
      run: () => navigate({ to: "/$tenant/requests", params, search: { status: "denied" } }),
    },
    ...(me?.tenants ?? [])
      .filter((each) => each.id !== tenant)
      .map((each) => ({
        title: `Switch to ${each.name}`,
        id: each.id,
        run: () => navigate({ to: "/$tenant", params: { tenant: each.id } }),
      })),
    ...THEMES.map((theme) => ({ title: `Theme: ${theme}`, run: () => setTheme(theme) })),
    may("members") && {
      title: "Invite somebody",
      run: () => navigate({ to: "/$tenant/team", params, search: { new: "1" } }),
    },
    { title: "Your account and password", run: () => navigate({ to: "/$tenant/account", params }) },
    { title: "Sign out", run: signOut },
  ].filter((command) => command !== false);
}

/** Whether all words of `text` occur in `title`, in any order. */
function fits(title: string, text: string): boolean {
  const hay = title.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => hay.includes(word));
}
