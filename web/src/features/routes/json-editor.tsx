/** A text of JSON with its lines numbered, and what is wrong with it at its line. */
import { useEffect, useId, useRef } from "react";
import { cn } from "../../lib/cn.ts";

export interface Problem {
  line: number;
  message: string;
}

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  problem: Problem | null;
}

const LINE_PX = 20;
const PADDING_PX = 12;

export function JsonEditor({ label, value, onChange, problem }: Props) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const lines = value.split("\n").length;
  const line = problem?.line ?? null;
  useEffect(() => {
    // The line that is wrong comes into sight.
    if (line !== null && area.current) area.current.scrollTop = Math.max(0, (line - 4) * LINE_PX);
  }, [line]);
  return (
    <div className="flex min-h-0 flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <div
        className={cn(
          "flex overflow-hidden rounded-md border border-line-strong bg-surface font-mono text-xs leading-5 has-focus-visible:outline-2 has-focus-visible:outline-accent",
          problem && "border-bad",
        )}
      >
        <div
          ref={gutter}
          aria-hidden
          className="h-80 w-9 shrink-0 overflow-hidden border-r bg-sunken text-right text-ink-3 select-none"
          style={{ paddingBlock: PADDING_PX }}
        >
          {Array.from({ length: lines }, (_, i) => (
            <div
              // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
              key={i}
              className={cn("pr-2", i + 1 === line && "bg-bad-soft font-semibold text-bad")}
            >
              {i + 1}
            </div>
          ))}
        </div>
        <textarea
          id={id}
          ref={area}
          value={value}
          wrap="off"
          spellCheck={false}
          autoComplete="off"
          aria-invalid={problem ? true : undefined}
          aria-describedby={problem ? `${id}-problem` : undefined}
          onScroll={(event) => {
            if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
          }}
          onChange={(event) => onChange(event.target.value)}
          style={{ paddingBlock: PADDING_PX }}
          className="h-80 min-w-0 flex-1 resize-none bg-transparent px-3 text-ink outline-none"
        />
      </div>
      {problem && (
        <p id={`${id}-problem`} role="alert" className="text-sm text-bad">
          Line {problem.line}: {problem.message}
        </p>
      )}
    </div>
  );
}
