/** What surrounds every page: navigation at the side (below on a phone), shortcuts, the palette, the live socket. */
import { Outlet, useNavigate, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { LiveProvider } from "../api/live.tsx";
import { useMembership } from "../api/me.ts";
import { useShortcuts } from "../lib/shortcuts.ts";
import { BottomBar } from "./bottom-bar.tsx";
import { groupsFor } from "./navigation.ts";
import { Sidebar } from "./sidebar.tsx";

const Palette = lazy(() => import("./palette.tsx"));

export function Shell() {
  const { tenant } = useParams({ from: "/$tenant" });
  const navigate = useNavigate();
  const [palette, setPalette] = useState(false);
  const pages = groupsFor(useMembership()?.actions ?? []).flatMap((group) => group.pages);
  useShortcuts({
    "mod+k": () => setPalette((open) => !open),
    "?": () => setPalette(true),
    "/": () => document.querySelector<HTMLElement>("[data-filter]")?.focus(),
    ...Object.fromEntries(pages.map(({ keys, to }) => [keys, () => void navigate({ to, params: { tenant } })])),
  });
  return (
    <LiveProvider tenant={tenant}>
      <a
        href="#main"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-md bg-accent-strong px-3 py-2 text-on-accent focus:translate-y-0"
      >
        Skip to content
      </a>
      <div className="flex h-dvh flex-col lg:flex-row">
        <Sidebar tenant={tenant} onPalette={() => setPalette(true)} />
        <div className="flex min-h-0 min-w-0 flex-1 flex-col overflow-y-auto" data-scroll>
          <Outlet />
        </div>
        <BottomBar tenant={tenant} />
      </div>
      {palette && (
        <Suspense>
          <Palette tenant={tenant} onClose={() => setPalette(false)} />
        </Suspense>
      )}
    </LiveProvider>
  );
}
