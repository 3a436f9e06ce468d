import type { ReactNode } from "react";
import { cn } from "../../lib/cn.ts";

/** A section with a hairline around it and, mostly, a title. */
export function Card(props: { title?: ReactNode; aside?: ReactNode; className?: string; children: ReactNode }) {
  return (
    <section className={cn("flex min-w-0 flex-col rounded-lg border bg-surface", props.className)}>
      {props.title !== undefined && (
        <header className="flex min-h-11 flex-wrap items-center justify-between gap-x-3 gap-y-1 px-4 pt-2">
          <h2 className="text-sm font-medium text-ink">{props.title}</h2>
          {props.aside}
        </header>
      )}
      {props.children}
    </section>
  );
}
