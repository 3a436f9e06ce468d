import { TriangleAlert } from "lucide-react";
import { Checks } from "../../components/ui/checks.tsx";
import { TextArea, TextField } from "../../components/ui/field.tsx";
import type { FormProps } from "./edit-key-fields.tsx";
import type { RedactedKind } from "./key-fields.ts";

const KIND_TITLES: Record<RedactedKind, string> = {
  secrets: "Secrets: API keys, bearer tokens, JWTs",
  emails: "Email addresses",
  card_numbers: "Card numbers",
  ip_addresses: "IP addresses",
  phone_numbers: "Phone numbers",
};
const KINDS = (Object.keys(KIND_TITLES) as RedactedKind[]).map((value) => ({ value, title: KIND_TITLES[value] }));

/** What a key keeps of what is asked and answered: nothing, unless somebody who read the warning says otherwise. */
export function BodiesFields({ fields, bind, set }: FormProps) {
  return (
    <>
      <label className="flex cursor-pointer items-start gap-2.5">
        <input
          type="checkbox"
          checked={fields.keepsBodies}
          onChange={(event) => set({ keepsBodies: event.target.checked })}
          className="mt-0.5 size-4 shrink-0 accent-accent-strong"
        />
        <span className="flex flex-col">
          <span className="text-sm font-medium">Keep what is asked and answered</span>
          <span className="text-xs text-ink-2">Off: of a request only its figures are kept.</span>
        </span>
      </label>
      {fields.keepsBodies && (
        <>
          <p className="flex gap-2.5 rounded-md border border-warn bg-warn-soft px-3 py-2.5 text-sm text-pretty text-ink">
            <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
            <span>
              Prompts and answers of this key are stored, encrypted. Owners and admins can read them, and the developer
              whose key it is; each look is in the audit log. What is taken out goes by how it looks: that is no promise
              that nothing personal is left.
            </span>
          </p>
          <TextField
            label="Days"
            type="number"
            required
            min={1}
            max={365}
            className="sm:max-w-40"
            hint="1 to 365. What is kept already keeps its days."
            {...bind("keepDays")}
          />
          <Checks
            label="Take out before writing"
            choices={KINDS}
            value={fields.redactKinds}
            onChange={(redactKinds) => set({ redactKinds })}
          />
          <div className="grid gap-4 sm:grid-cols-2">
            <TextField
              label="And the fields"
              placeholder="password, ssn"
              hint="Names of JSON fields whose value goes, wherever they stand."
              {...bind("redactFields")}
            />
            <TextArea
              label="And the texts"
              rows={2}
              placeholder="Project Blue"
              hint="As they are, a line each."
              {...bind("redactTexts")}
            />
          </div>
        </>
      )}
    </>
  );
}
