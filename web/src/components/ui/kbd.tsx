/** Keys to press, as text. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <kbd className="inline-flex gap-1 font-sans text-2xs text-ink-3">
      {keys.split(" ").map((key) => (
        <span key={key} className="min-w-4 rounded border bg-sunken px-1 text-center">
          {key}
        </span>
      ))}
    </kbd>
  );
}
