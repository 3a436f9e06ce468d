import { Download } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { type CsvColumn, csvOf } from "../../lib/csv.ts";
import { saveFile } from "../../lib/download.ts";
import { formatCount } from "../../lib/format.ts";
import { toast } from "../../lib/toast.ts";
import { Button } from "./button.tsx";
import { messageOf } from "./states.tsx";

interface Page<T> {
  data: T[];
  next_cursor: string | null;
}

interface Props<T> {
  /** Of the file, without its day: `audit`. */
  name: string;
  columns: readonly CsvColumn<T>[];
  /** All rows; or how to get them, a page after the other. */
  rows: readonly T[] | ((cursor: string | null, signal: AbortSignal) => Promise<Page<T>>);
}

/** Saves a list as a CSV. Where it comes in pages it says how many rows it has, and stops when it is pressed again. */
export function CsvButton<T>({ name, columns, rows }: Props<T>) {
  const [count, setCount] = useState<number | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const save = (all: readonly T[]): void =>
    saveFile(`${name}-${new Date().toISOString().slice(0, 10)}.csv`, "text/csv", [csvOf(columns, all)]);
  const run = async (): Promise<void> => {
    if (typeof rows !== "function") {
      save(rows);
      return;
    }
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    const all: T[] = [];
    setCount(0);
    try {
      let cursor: string | null = null;
      do {
        const page: Page<T> = await rows(cursor, signal);
        all.push(...page.data);
        cursor = page.next_cursor;
        setCount(all.length);
      } while (cursor !== null);
      save(all);
    } catch (error) {
      if (!signal.aborted) toast(`Not exported: ${messageOf(error)}`, "bad");
    }
    setCount(null);
  };

  return (
    <Button
      size="sm"
      className="figures"
      title={count === null ? undefined : "Stop the export"}
      onClick={() => (count === null ? void run() : running.current?.abort())}
    >
      <Download aria-hidden className="size-3.5" />
      {count === null ? "Export CSV" : `${formatCount(count)} rows… Stop`}
    </Button>
  );
}
