/** What narrows the log. It is the URL: a narrowed log can be sent to a colleague. */
import { X } from "lucide-react";
import { AUDIT_FILTERS, type AuditFilters } from "../../api/audit.ts";
import { inputStyle, Select } from "../../components/ui/field.tsx";
import { ACTIONS, KINDS } from "./words.ts";

interface Props {
  filters: AuditFilters;
  actors: readonly { value: string; title: string }[];
  onChange: (change: AuditFilters) => void;
}

const entriesOf = (titles: Record<string, string>): { value: string; title: string }[] =>
  Object.entries(titles).map(([value, title]) => ({ value, title }));
const ACTION_CHOICES = Object.entries(ACTIONS).map(([value, { title }]) => ({ value, title }));
const KIND_CHOICES = entriesOf(KINDS);

export function Filters({ filters, actors, onChange }: Props) {
  const active = AUDIT_FILTERS.filter((name) => filters[name] !== undefined);
  const choice = (name: "actor" | "action" | "kind", any: string, choices: Props["actors"], style: string) => (
    <Select
      aria-label={any.replace("Any ", "")}
      value={filters[name] ?? ""}
      onChange={(event) => onChange({ [name]: event.target.value || undefined })}
      className={`h-8! text-sm! ${style}`}
      {...(name === "actor" && { "data-filter": true })}
    >
      <option value="">{any}</option>
      {filters[name] !== undefined && !choices.some(({ value }) => value === filters[name]) && (
        <option value={filters[name]}>{filters[name]}</option>
      )}
      {choices.map(({ value, title }) => (
        <option key={value} value={value}>
          {title}
        </option>
      ))}
    </Select>
  );
  return (
    <div className="flex flex-wrap items-center gap-2 border-b px-4 py-2.5 sm:px-6">
      {choice("actor", "Anybody", actors, "w-40!")}
      {choice("action", "Any action", ACTION_CHOICES, "w-32!")}
      {choice("kind", "Any kind", KIND_CHOICES, "w-36!")}
      <DateInput label="From" value={filters.from} onChange={(from) => onChange({ from })} />
      <DateInput label="Before" value={filters.to} onChange={(to) => onChange({ to })} />
      {filters.record !== undefined && (
        <button
          type="button"
          onClick={() => onChange({ record: undefined })}
          aria-label={`Remove the filter record ${filters.record}`}
          className="flex h-7 max-w-full items-center gap-1.5 rounded-full bg-accent-soft px-3 text-sm font-medium text-accent hover:brightness-95"
        >
          <span className="truncate">record: {filters.record}</span>
          <X aria-hidden className="size-3.5 shrink-0" />
        </button>
      )}
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

/** A day of UTC, as the API takes it. */
function DateInput(props: { label: string; value: string | undefined; onChange: (day: string | undefined) => void }) {
  return (
    <label className="flex items-center gap-1.5 text-sm text-ink-2" title="Days are UTC days">
      {props.label}
      <input
        type="date"
        value={props.value?.slice(0, 10) ?? ""}
        onChange={(event) => props.onChange(event.target.value || undefined)}
        className={`${inputStyle} h-8! w-36! px-2! text-sm!`}
      />
    </label>
  );
}
