/** What a list or a chart shows when it has nothing to show: yet, at all, or because something went wrong. */
import { RotateCw, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "../../lib/cn.ts";
import { Button } from "./button.tsx";

/** A grey shape in the place of what comes. Hidden from screen readers: the region around it says that it is busy. */
export function Skeleton({ className, height }: { className?: string; height?: string }) {
  return <span aria-hidden className={cn("block animate-shimmer rounded bg-hover", className)} style={{ height }} />;
}

/** Rows of skeletons, each as high as the row that it stands for. */
export function SkeletonRows({ rows, className }: { rows: number; className?: string }) {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are alike and never move
        <div key={row} className={cn("flex items-center gap-4 border-t px-4 first:border-t-0", className ?? "h-14")}>
          <Skeleton className="h-3.5 w-1/4" />
          <Skeleton className="h-3.5 w-1/6" />
          <Skeleton className="ml-auto h-3.5 w-1/6" />
        </div>
      ))}
    </div>
  );
}

/** Nothing here yet: what it will show, and what to do. */
export function Empty(props: {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}) {
  return (
    <div className={cn("flex flex-col items-center gap-2 px-6 py-12 text-center", props.className)}>
      {props.icon && <span className="mb-1 text-ink-3">{props.icon}</span>}
      <p className="text-base font-medium">{props.title}</p>
      {props.children && <div className="max-w-sm text-sm text-pretty text-ink-2">{props.children}</div>}
      {props.action && <div className="mt-2">{props.action}</div>}
    </div>
  );
}

/** Something went wrong: what, and a way to try again. */
export function Failed({
  what,
  error,
  retry,
  className,
}: {
  what: string;
  error: unknown;
  retry: () => void;
  className?: string;
}) {
  return (
    <div role="alert" className={cn("flex flex-col items-center gap-2 px-6 py-10 text-center", className)}>
      <TriangleAlert aria-hidden className="size-5 text-bad" />
      <p className="text-base font-medium">{what} could not be loaded</p>
      <p className="max-w-sm text-sm text-pretty text-ink-2">{messageOf(error)}</p>
      <Button size="sm" className="mt-2" onClick={retry}>
        <RotateCw aria-hidden className="size-3.5" />
        Try again
      </Button>
    </div>
  );
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : "Something went wrong.");
