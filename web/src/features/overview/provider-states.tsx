import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { providerStatusQuery } from "../../api/provider-status.ts";
import type { ProviderStatus } from "../../api/types.ts";
import { Card } from "../../components/ui/card.tsx";
import { Failed, SkeletonRows } from "../../components/ui/states.tsx";
import { cn } from "../../lib/cn.ts";
import { formatDuration, formatPercent } from "../../lib/format.ts";

interface State {
  provider: string;
  look: "ok" | "shaky" | "down";
  text: string;
}

const DOT: Record<State["look"], string> = { ok: "bg-ok", shaky: "bg-warn", down: "bg-bad" };
/** From this share of failed attempts on, something is wrong. */
const SHAKY = 0.05;

/** How the providers do that were used of late. */
export function ProviderStates({ tenant }: { tenant: string }) {
  const status = useQuery(providerStatusQuery(tenant));
  const states = statesOf(status.data ?? []);
  return (
    <Card
      title="Providers"
      aside={
        <Link to="/$tenant/providers" params={{ tenant }} className="text-sm text-accent hover:underline">
          All providers
        </Link>
      }
    >
      {status.isPending && <SkeletonRows rows={2} className="h-9" />}
      {status.isError && !status.data && (
        <Failed what="Providers" error={status.error} retry={() => void status.refetch()} />
      )}
      {status.data && states.length === 0 && (
        <p className="px-4 pt-1 pb-4 text-sm text-ink-2">None was called in the last minutes.</p>
      )}
      <ul className="pb-2.5 text-sm empty:hidden">
        {states.map(({ provider, look, text }) => (
          <li key={provider} className="flex h-8 items-center gap-2.5 px-4">
            <span aria-hidden className={cn("size-2 shrink-0 rounded-full", DOT[look])} />
            <span className="truncate">{provider}</span>
            <span className={cn("figures ml-auto shrink-0 text-xs", look === "ok" ? "text-ink-3" : "text-ink-2")}>
              {text}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** A provider is as well as its worst model and credential. */
export function statesOf(all: readonly ProviderStatus[]): State[] {
  return [...Map.groupBy(all, ({ provider }) => provider)]
    .map(([provider, own]): State => {
      const open = own.find(({ state }) => state !== "closed");
      const attempts = own.reduce((sum, each) => sum + each.attempts, 0);
      const failures = own.reduce((sum, each) => sum + each.failures, 0);
      const times = own.flatMap(({ first_byte_ms }) => (first_byte_ms === null ? [] : [first_byte_ms]));
      if (open) {
        const why = open.last_error?.error;
        return { provider, look: "down", text: why ? `left alone: ${why}` : "left alone for now" };
      }
      if (attempts > 0 && failures / attempts >= SHAKY) {
        return { provider, look: "shaky", text: `${formatPercent(failures / attempts)} fail` };
      }
      return { provider, look: "ok", text: times.length > 0 ? formatDuration(Math.max(...times)) : "idle" };
    })
    .sort((a, b) => a.provider.localeCompare(b.provider));
}
