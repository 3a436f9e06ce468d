// biome-ignore-all lint/a11y/useSemanticElements: virtual rows are out of the flow, which a <table> does not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the scroller takes the focus for all rows
/** The table of requests: only the rows in sight exist. `j` and `k` move, Enter opens. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useRef } from "react";
import type { UsageRecord } from "../../api/types.ts";
import { cn } from "../../lib/cn.ts";
import { isFresh } from "../../lib/fresh.ts";
import { useShortcuts } from "../../lib/shortcuts.ts";
import { COLUMNS } from "./columns.tsx";

const ROW_PX = 40;
/** The next page is fetched when the end is this many rows away. */
const AHEAD = 30;

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
    const place = at < 0 ? 0 : Math.min(records.length - 1, Math.max(0, at + step));
    const next = records[place];
    if (!next) return;
    onSelect(next.id);
    rows.scrollToIndex(place);
  };
  useShortcuts({
    j: () => move(1),
    k: () => move(-1),
    enter: () => selected !== undefined && props.onOpen(selected),
    esc: () => onSelect(undefined),
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
      className="@container flex min-h-0 min-w-0 flex-1 flex-col text-sm"
    >
      <div role="rowgroup" className="border-b bg-sunken">
        <div role="row" className="flex h-9 items-center gap-3 px-4 text-xs text-ink-3 sm:px-6">
          {COLUMNS.map((column) => (
            <div
              key={column.title}
              role="columnheader"
              className={cn("truncate", column.style, column.right && "text-right")}
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
        aria-label="Requests; j and k move, Enter opens"
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
                  {...props}
                  record={record}
                  top={item.start}
                  index={item.index}
                  chosen={item.index === at}
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

function Row(props: Props & { record: UsageRecord; top: number; index: number; chosen: boolean }) {
  const { record, chosen } = props;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the scroller handles j, k, arrows and Enter for all rows
    <div
      role="row"
      aria-rowindex={props.index + 1}
      aria-selected={chosen}
      data-id={record.id}
      onClick={() => props.onSelect(chosen ? undefined : record.id)}
      style={{ height: ROW_PX, transform: `translateY(${props.top}px)` }}
      className={cn(
        "absolute inset-x-0 flex cursor-pointer items-center gap-3 border-b px-4 sm:px-6",
        chosen ? "bg-accent-soft" : "hover:bg-hover",
        isFresh(record) && "animate-arrive",
      )}
    >
      {COLUMNS.map((column) => (
        <div
          key={column.title}
          role="cell"
          className={cn("truncate", column.style, column.figures && "figures", column.right && "text-right")}
        >
          {column.cell(record, props.keyName)}
        </div>
      ))}
    </div>
  );
}
