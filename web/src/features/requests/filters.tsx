/** The filters of the list. They are the URL: a filtered list can be sent to a colleague. */
import { X } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import type { Key } from "../../api/types.ts";
import { USAGE_FILTERS, type UsageFilters } from "../../api/usage.ts";
import { Select } from "../../components/ui/field.tsx";
import { STATUS_TITLE, STATUSES } from "../../components/ui/status-badge.tsx";

/** What can be typed as `name:value`; the rest has a menu of its own. */
const TYPED = USAGE_FILTERS.filter((name) => name !== "q");

/** Names that one does not say like that. */
const TITLE: Partial<Record<string, string>> = { error_code: "error", refused_by: "refused by" };

interface Props {
  filters: UsageFilters;
  keys: Key[];
  onChange: (change: UsageFilters) => void;
}

export function Filters({ filters, keys, onChange }: Props) {
  const active = USAGE_FILTERS.filter((name) => filters[name] !== undefined);
  const label = (name: string, value: string): string =>
    name === "key" ? (keys.find((key) => key.id === value)?.name ?? value) : value;
  return (
    <div className="flex flex-wrap items-center gap-2 border-b px-4 py-2.5 sm:px-6">
      <FilterInput onChange={onChange} />
      <Select
        aria-label="Status"
        value={filters.status ?? ""}
        onChange={(event) => onChange({ status: event.target.value || undefined })}
        className="h-8! w-34! text-sm!"
      >
        <option value="">Any status</option>
        {STATUSES.map((status) => (
          <option key={status} value={status}>
            {STATUS_TITLE[status]}
          </option>
        ))}
      </Select>
      {keys.length > 0 && (
        <Select
          aria-label="Key"
          value={filters.key ?? ""}
          onChange={(event) => onChange({ key: event.target.value || undefined })}
          className="h-8! w-38! text-sm!"
        >
          <option value="">Any key</option>
          {keys.map((key) => (
            <option key={key.id} value={key.id}>
              {key.name}
            </option>
          ))}
        </Select>
      )}
      {active.map((name) => (
        <button
          key={name}
          type="button"
          onClick={() => onChange({ [name]: undefined })}
          aria-label={`Remove the filter ${name === "q" ? "text" : name} ${label(name, filters[name] ?? "")}`}
          className="flex h-7 max-w-full items-center gap-1.5 rounded-full bg-accent-soft px-3 text-sm font-medium text-accent hover:brightness-95"
        >
          <span className="truncate">
            {name === "q" ? "“" : `${TITLE[name] ?? name}: `}
            {label(name, filters[name] ?? "")}
            {name === "q" && "”"}
          </span>
          <X aria-hidden className="size-3.5 shrink-0" />
        </button>
      ))}
      {active.length > 1 && (
        <button
          type="button"
          onClick={() => onChange(Object.fromEntries(active.map((name) => [name, undefined])))}
          className="text-sm text-ink-2 underline-offset-2 hover:text-ink hover:underline"
        >
          Clear all
        </button>
      )}
    </div>
  );
}

/** `model:gpt-5-mini` is a model, `tag:env=prod` a tag; what has no name is looked for in all that one reads of a request. */
function FilterInput({ onChange }: { onChange: Props["onChange"] }) {
  const [text, setText] = useState("");
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === "Escape") event.currentTarget.blur();
    if (event.key !== "Enter" || text.trim() === "") return;
    onChange(filterOf(text));
    setText("");
  };
  return (
    <input
      data-filter
      aria-label="Search, or add a filter as name:value"
      placeholder="Search, or tag:env=prod"
      title={`Text is sought in models, errors, sessions, users, tags and ids. Names: ${TYPED.join(", ")}. Enter adds it.`}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={onKeyDown}
      autoComplete="off"
      spellCheck={false}
      className="h-8 w-full rounded-md border border-line-strong bg-surface px-2.5 text-sm placeholder:text-ink-3 focus-visible:outline-offset-0 sm:w-64"
    />
  );
}

/** What someone typed, as a filter. Without a known name before the colon it is text to look for. */
export function filterOf(text: string): UsageFilters {
  const at = text.indexOf(":");
  const name = TYPED.find((each) => each === text.slice(0, at).trim().toLowerCase());
  return name ? { [name]: text.slice(at + 1).trim() } : { q: text.trim() };
}
