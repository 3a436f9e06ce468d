import { cn } from "../../lib/cn.ts";

/** One choice of a few, all in sight. */
export function Segmented<T extends string>(props: {
  label: string;
  value: T;
  options: readonly { value: T; text: string; title?: string }[];
  onChange: (value: T) => void;
  className?: string;
}) {
  return (
    <fieldset aria-label={props.label} className={cn("inline-flex rounded-md border bg-sunken p-0.5", props.className)}>
      {props.options.map((option) => (
        <button
          key={option.value}
          type="button"
          title={option.title}
          aria-pressed={option.value === props.value}
          onClick={() => props.onChange(option.value)}
          className="h-7 rounded px-2.5 text-sm font-medium text-ink-2 transition-colors duration-100 hover:text-ink aria-pressed:bg-surface aria-pressed:text-ink aria-pressed:shadow-[0_0_0_1px_var(--line),0_1px_2px_rgb(0_0_0/0.06)]"
        >
          {option.text}
        </button>
      ))}
    </fieldset>
  );
}
