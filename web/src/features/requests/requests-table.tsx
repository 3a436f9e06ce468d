/** The table of requests: only the rows in sight exist. `j` and `k` move, Enter opens. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { Zap } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import type { UsageRecord } from "../../api/types.ts";
import { StatusBadge } from "../../components/ui/status-badge.tsx";
import { cn } from "../../lib/cn.ts";
import {
  formatCount,
  formatDuration,
  formatTime,
  formatTokens,
  formatUsd,
  formatUsdExact,
  formatUtc,
} from "../../lib/format.ts";
import { nanosOf } from "../../lib/money.ts";
import { useShortcuts } from "../../lib/shortcuts.ts";

const ROW_PX = 40;
/** The next page is fetched when the end is this many rows away. */
const AHEAD = 30;

interface Column {
  title: string;
  /** Tailwind classes for width and for the window from which it shows. */
  width: string;
  right?: boolean;
  cell: (record: UsageRecord, keyName: (id: string | null) => string) => ReactNode;
}

const COLUMNS: readonly Column[] = [
  {
    title: "Time",
    width: "w-20 sm:w-34",
    cell: (record) => (
      <time dateTime={record.time} title={formatUtc(record.time)} className="text-ink-2">
        {formatTime(record.time)}
      </time>
    ),
  },
  {
    title: "Status",
    width: "w-20 sm:w-24",
    cell: (record) => <StatusBadge status={record.status} httpStatus={record.http_status} />,
  },
  {
    title: "Model",
    width: "min-w-0 flex-1",
    cell: (record) => <span title={`${record.provider}/${record.model}`}>{record.model}</span>,
  },
  { title: "Key", width: "hidden lg:block lg:w-32 2xl:w-48", cell: (record, keyName) => keyName(record.key) },
  {
    title: "Input",
    width: "hidden sm:block w-16",
    right: true,
    cell: (record) => (
      <span title={`${formatCount(record.tokens.input)} tokens`}>{formatTokens(record.tokens.input)}</span>
    ),
  },
  {
    title: "Output",
    width: "hidden sm:block w-16",
    right: true,
    cell: (record) => (
      <span title={`${formatCount(record.tokens.output)} tokens`}>{formatTokens(record.tokens.output)}</span>
    ),
  },
  {
    title: "Cost",
    width: "w-24",
    right: true,
    cell: (record) => (
      <span title={formatUsdExact(nanosOf(record.cost_usd))}>{formatUsd(nanosOf(record.cost_usd))}</span>
    ),
  },
  {
    title: "Saved",
    width: "hidden xl:block w-24",
    right: true,
    cell: (record) => (nanosOf(record.saved_usd) > 0 ? formatUsd(nanosOf(record.saved_usd)) : ""),
  },
  { title: "First byte", width: "hidden xl:block w-20", right: true, cell: (record) => formatDuration(record.ttft_ms) },
  {
    title: "Duration",
    width: "hidden md:block w-20",
    right: true,
    cell: (record) => formatDuration(record.latency_ms),
  },
  {
    title: "Cache",
    width: "hidden md:block w-14",
    right: true,
    cell: (record) =>
      record.cache === "hit" ? (
        <Zap aria-label="hit" className="ml-auto size-3.5 text-accent" />
      ) : (
        <span className="text-ink-3">{record.cache}</span>
      ),
  },
];

interface Props {
  records: UsageRecord[];
  /** Names of keys by id. */
  keyName: (id: string | null) => string;
  selected: string | undefined;
  onSelect: (id: string | undefined) => void;
  onOpen: (id: string) => void;
  onEnd: () => void;
  loadingMore: boolean;
}

export function RequestsTable(props: Props) {
  const { records, selected, onSelect, onEnd } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: records.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => records[index]?.id ?? index,
    overscan: 12,
  });
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (records.length > 0 && last >= records.length - AHEAD) onEnd();
  }, [last, records.length, onEnd]);

  const at = records.findIndex((record) => record.id === selected);
  const move = (step: number): void => {
    const next = records[at < 0 ? 0 : Math.min(records.length - 1, Math.max(0, at + step))];
    if (!next) return;
    onSelect(next.id);
    rows.scrollToIndex(records.indexOf(next));
  };
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    Escape: () => onSelect(undefined),
    Enter: (event) => {
      // A focused link or button has its own Enter.
      if (event.target instanceof HTMLElement && event.target.closest("a,button,summary"))
        event.target.closest<HTMLElement>("a,button,summary")?.click();
      else if (selected) props.onOpen(selected);
    },
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    move(step);
  };

  return (
    <div
      role="table"
      aria-label="Requests"
      aria-rowcount={records.length}
      className="figures flex min-h-0 flex-1 flex-col text-sm"
    >
      <div role="rowgroup" className="border-b bg-sunken pr-[var(--scrollbar,0px)]">
        <div role="row" className="flex h-9 items-center gap-3 px-4 text-xs text-ink-3 sm:px-6">
          {COLUMNS.map((column) => (
            <div
              key={column.title}
              role="columnheader"
              className={cn("shrink-0 truncate", column.width, column.right && "text-right")}
            >
              {column.title}
            </div>
          ))}
        </div>
      </div>
      <div
        ref={scroller}
        role="rowgroup"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        tabIndex={0}
        aria-label="Rows"
        onKeyDown={onKeyDown}
        className="min-h-0 flex-1 overflow-y-auto focus-visible:outline-offset-[-2px]"
      >
        <div role="presentation" className="relative" style={{ height: rows.getTotalSize() }}>
          {items.map((item) => {
            const record = records[item.index];
            return (
              record && (
                <Row
                  key={item.key}
                  record={record}
                  top={item.start}
                  index={item.index}
                  chosen={record.id === selected}
                  {...props}
                />
              )
            );
          })}
        </div>
        {props.loadingMore && (
          <p role="presentation" className="py-3 text-center text-xs text-ink-3">
            Loading older requests…
          </p>
        )}
      </div>
    </div>
  );
}

/** Records younger than this are marked as they appear; rows that only scroll into sight are not. */
const FRESH_MS = 5_000;

function Row(props: Props & { record: UsageRecord; top: number; index: number; chosen: boolean }) {
  const { record } = props;
  const fresh = Date.now() - Date.parse(record.time) - record.latency_ms < FRESH_MS;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the table handles j, k, arrows and Enter for all rows
    <div
      role="row"
      tabIndex={-1}
      aria-rowindex={props.index + 1}
      aria-selected={props.chosen}
      data-id={record.id}
      onClick={() => props.onSelect(props.chosen ? undefined : record.id)}
      style={{ height: ROW_PX, transform: `translateY(${props.top}px)` }}
      className={cn(
        "absolute inset-x-0 flex cursor-pointer items-center gap-3 border-b px-4 sm:px-6",
        props.chosen ? "bg-accent-soft" : "hover:bg-hover",
        fresh && "animate-arrive",
      )}
    >
      {COLUMNS.map((column) => (
        <div
          key={column.title}
          role="cell"
          className={cn("shrink-0 truncate", column.width, column.right && "text-right")}
        >
          {column.cell(record, props.keyName)}
        </div>
      ))}
    </div>
  );
}
