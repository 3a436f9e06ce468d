// biome-ignore-all lint/a11y/useSemanticElements: virtual rows are out of the flow, which a <table> does not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: the scroller takes the focus for all rows
/** A long table: only the rows in sight exist. `j` and `k` move, Enter opens. What does not fit its width is left out. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import { cn } from "../../lib/cn.ts";
import { useShortcuts } from "../../lib/shortcuts.ts";

export interface Column<T> {
  title: string;
  /** Classes for its width, and for the width of the table from which it shows. */
  style: string;
  right?: boolean;
  figures?: boolean;
  cell: (row: T) => ReactNode;
}

const ROW_PX = 40;
/** The next page is fetched when the end is this many rows away. */
const AHEAD = 30;

interface Props<T> {
  /** What the rows are, e.g. `Requests`. */
  name: string;
  columns: readonly Column<T>[];
  rows: T[];
  idOf: (row: T) => string;
  /** Whether a row is marked as it appears. */
  isFresh?: (row: T) => boolean;
  selected: string | undefined;
  onSelect: (id: string | undefined) => void;
  onOpen: (id: string) => void;
  /** What a click does, where it does not select. */
  onPick?: (id: string) => void;
  /** The end comes near. */
  onEnd: () => void;
  loadingMore: boolean;
}

export function VirtualTable<T>(props: Props<T>) {
  const { name, columns, selected, onSelect, onEnd, idOf } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: props.rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => {
      const row = props.rows[index];
      return row === undefined ? index : idOf(row);
    },
    overscan: 12,
  });
  const count = props.rows.length;
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (count > 0 && last >= count - AHEAD) onEnd();
  }, [last, count, onEnd]);

  const at = selected === undefined ? -1 : props.rows.findIndex((row) => idOf(row) === selected);
  const move = (step: number): void => {
    const place = at < 0 ? 0 : Math.min(count - 1, Math.max(0, at + step));
    const next = props.rows[place];
    if (next === undefined) return;
    onSelect(idOf(next));
    virtual.scrollToIndex(place);
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
      aria-label={name}
      aria-rowcount={count}
      className="@container flex min-h-0 min-w-0 flex-1 flex-col text-sm"
    >
      <div role="rowgroup" className="border-b bg-sunken">
        <div role="row" className="flex h-9 items-center gap-3 px-4 text-xs text-ink-3 sm:px-6">
          {columns.map((column) => (
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
        aria-label={`${name}; j and k move, Enter opens`}
        onKeyDown={onKeyDown}
        className="min-h-0 flex-1 overflow-y-auto focus-visible:outline-offset-[-2px]"
      >
        <div role="presentation" className="relative" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = props.rows[item.index];
            return (
              row !== undefined && (
                <Row
                  key={item.key}
                  {...props}
                  row={row}
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
            Loading more…
          </p>
        )}
      </div>
    </div>
  );
}

function Row<T>(props: Props<T> & { row: T; top: number; index: number; chosen: boolean }) {
  const { row, chosen } = props;
  const id = props.idOf(row);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the scroller handles j, k, arrows and Enter for all rows
    <div
      role="row"
      aria-rowindex={props.index + 1}
      aria-selected={chosen}
      data-id={id}
      onClick={() => (props.onPick ? props.onPick(id) : props.onSelect(chosen ? undefined : id))}
      style={{ height: ROW_PX, transform: `translateY(${props.top}px)` }}
      className={cn(
        "absolute inset-x-0 flex cursor-pointer items-center gap-3 border-b px-4 sm:px-6",
        chosen ? "bg-accent-soft" : "hover:bg-hover",
        props.isFresh?.(row) && "animate-arrive",
      )}
    >
      {props.columns.map((column) => (
        <div
          key={column.title}
          role="cell"
          className={cn("truncate", column.style, column.figures && "figures", column.right && "text-right")}
        >
          {column.cell(row)}
        </div>
      ))}
    </div>
  );
}
