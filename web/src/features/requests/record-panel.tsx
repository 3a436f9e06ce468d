import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Maximize2, X } from "lucide-react";
import type { UsageRecord } from "../../api/types.ts";
import { recordQuery } from "../../api/usage.ts";
import { Button, buttonStyle } from "../../components/ui/button.tsx";
import { Failed, SkeletonRows } from "../../components/ui/states.tsx";
import { RecordView } from "./record-view.tsx";

interface Props {
  tenant: string;
  id: string;
  /** The record where the list has it already. */
  known: UsageRecord | undefined;
  keyName: (id: string | null) => string;
  onClose: () => void;
}

/** One request beside the list; `j` and `k` go on moving. */
export function RecordPanel({ tenant, id, known, keyName, onClose }: Props) {
  const query = useQuery({ ...recordQuery(tenant, id), enabled: known === undefined });
  const record = known ?? query.data;
  return (
    <aside
      aria-label="Request"
      className="fixed inset-0 z-30 flex animate-rise flex-col bg-surface md:static md:w-[26rem] md:shrink-0 md:border-l xl:w-[30rem]"
    >
      <header className="flex h-14 shrink-0 items-center justify-between gap-2 border-b px-4 sm:px-5">
        <h2 className="text-base font-semibold">Request</h2>
        <span className="flex gap-1">
          <Link
            to="/$tenant/requests/$id"
            params={{ tenant, id }}
            aria-label="Open on a page of its own"
            title="Open on a page of its own (Enter)"
            className={buttonStyle({ tone: "quiet", size: "icon" })}
          >
            <Maximize2 aria-hidden className="size-4" />
          </Link>
          <Button tone="quiet" size="icon" aria-label="Close" title="Close (Esc)" onClick={onClose}>
            <X aria-hidden className="size-4" />
          </Button>
        </span>
      </header>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        tabIndex={0}
        aria-label="Details"
        className="min-h-0 flex-1 overflow-y-auto px-4 py-4 focus-visible:outline-offset-[-2px] sm:px-5"
      >
        {record ? (
          <RecordView record={record} tenant={tenant} keyName={keyName(record.key)} />
        ) : query.isError ? (
          <Failed what="The request" error={query.error} retry={() => void query.refetch()} />
        ) : (
          <SkeletonRows rows={8} className="h-10" />
        )}
      </section>
    </aside>
  );
}
