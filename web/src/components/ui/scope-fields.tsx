import type { Key } from "../../api/types.ts";
import { SCOPES, type ScopeChoice } from "../../lib/scope.ts";
import { SelectField, TextField } from "./field.tsx";

interface Props {
  label: string;
  keys: readonly Key[];
  value: ScopeChoice;
  /** Why it cannot be changed; null where it can. */
  fixed: string | null;
  onChange: (value: ScopeChoice) => void;
}

/** Whose requests a limit covers: a choice, and the name of one where it is about one. */
export function ScopeFields({ label, keys, value, fixed, onChange }: Props) {
  const { covered, id } = value;
  const scope = SCOPES.find((each) => each.value === covered);
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <SelectField
        label={label}
        value={covered}
        disabled={fixed !== null}
        hint={fixed}
        onChange={(event) => onChange({ covered: event.target.value, id: "" })}
      >
        {SCOPES.map((each) => (
          <option key={each.value} value={each.value}>
            {each.title}
          </option>
        ))}
      </SelectField>
      {covered === "key" && (
        <SelectField
          label="Key"
          required
          disabled={fixed !== null}
          value={id}
          onChange={(event) => onChange({ covered, id: event.target.value })}
        >
          <option value="">Choose a key</option>
          {keys.map((key) => (
            <option key={key.id} value={key.id}>
              {key.name}
            </option>
          ))}
        </SelectField>
      )}
      {scope?.idLabel && (
        <TextField
          label={scope.idLabel}
          required
          disabled={fixed !== null}
          placeholder={scope.placeholder}
          value={id}
          onChange={(event) => onChange({ covered, id: event.target.value })}
        />
      )}
    </div>
  );
}
