import { Download, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { UsageFilters } from "../../api/usage.ts";
import { type ExportProgress, exportCsv } from "../../api/usage-export.ts";
import { Button } from "../../components/ui/button.tsx";
import { messageOf } from "../../components/ui/states.tsx";
import { saveFile } from "../../lib/download.ts";
import { formatCount, formatPercent } from "../../lib/format.ts";
import { toast } from "../../lib/toast.ts";

/** Saves what the filters let through as a CSV, says how far it is, and stops when asked. */
export function ExportButton({ tenant, filters }: { tenant: string; filters: UsageFilters }) {
  const [progress, setProgress] = useState<ExportProgress | null>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);

  const run = async (): Promise<void> => {
    const controller = new AbortController();
    stop.current = controller;
    setProgress({ rows: 0, total: null });
    try {
      const parts = await exportCsv(tenant, filters, { signal: controller.signal, onProgress: setProgress });
      saveFile(`usage-${new Date().toISOString().slice(0, 10)}.csv`, "text/csv", parts);
    } catch (error) {
      if (!controller.signal.aborted) toast(`Not exported: ${messageOf(error)}`, "bad");
    }
    setProgress(null);
  };

  if (progress === null) {
    return (
      <Button size="sm" onClick={() => void run()}>
        <Download aria-hidden className="size-3.5" />
        Export CSV
      </Button>
    );
  }
  return (
    <span className="flex h-8 items-center gap-2 rounded-md border px-2.5 text-sm text-ink-2">
      <progress
        aria-label="Export"
        className="h-1.5 w-20 accent-accent-strong"
        value={progress.total === null ? undefined : progress.rows}
        max={Math.max(1, progress.total ?? 1)}
      />
      <span className="figures">{textOf(progress)}</span>
      <button type="button" aria-label="Stop the export" onClick={() => stop.current?.abort()}>
        <X aria-hidden className="size-3.5" />
      </button>
    </span>
  );
}

function textOf({ rows, total }: ExportProgress): string {
  return total === null || total === 0 ? `${formatCount(rows)} rows` : formatPercent(Math.min(1, rows / total));
}
