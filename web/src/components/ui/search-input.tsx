import { useEffect, useRef, useState } from "react";
import { cn } from "../../lib/cn.ts";
import { inputStyle } from "./field.tsx";

/** Somebody who types goes on within this. */
const TYPING_MS = 150;

interface Props {
  label: string;
  placeholder: string;
  /** As the URL has it. */
  value: string;
  onChange: (value: string) => void;
}

/** Text that narrows a list and lives in the URL: it is there a moment after the last key, and no key waits for it. */
export function SearchInput({ label, placeholder, value, onChange }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(value);
  const change = useRef(onChange);
  change.current = onChange;
  useEffect(() => {
    // What comes from elsewhere is taken over; what is being typed here is on its way there.
    if (document.activeElement !== input.current) setText(value);
  }, [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => change.current(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, value]);
  return (
    <input
      ref={input}
      data-filter
      type="search"
      aria-label={label}
      placeholder={placeholder}
      value={text}
      onChange={(event) => setText(event.target.value)}
      autoComplete="off"
      spellCheck={false}
      className={cn(inputStyle, "h-8! text-sm! sm:w-64")}
    />
  );
}
