import { type ReactNode, useEffect } from "react";
import { cn } from "../../lib/cn.ts";

/** Title and content stand in one line, also where the window is wider than both. */
const WIDEST = "mx-auto w-full max-w-[2160px]";

/** A page: its title in the document and in the header, its controls, its content. */
export function Page(props: { title: string; controls?: ReactNode; children: ReactNode; fill?: boolean }) {
  useEffect(() => {
    document.title = `${props.title} · meterr`;
  }, [props.title]);
  return (
    <main id="main" tabIndex={-1} className={cn("flex min-w-0 flex-1 flex-col outline-none", props.fill && "min-h-0")}>
      <div className="border-b">
        <div
          className={cn(
            "flex min-h-14 flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-2.5 sm:px-6",
            !props.fill && WIDEST,
          )}
        >
          <h1 className="text-lg font-semibold tracking-tight">{props.title}</h1>
          <div className="flex flex-wrap items-center gap-2">{props.controls}</div>
        </div>
      </div>
      <div className={cn("w-full", props.fill ? "flex min-h-0 flex-1 flex-col" : cn(WIDEST, "px-4 py-5 sm:px-6"))}>
        {props.children}
      </div>
    </main>
  );
}
