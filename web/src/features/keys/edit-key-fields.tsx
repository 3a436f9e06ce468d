/** The settings of a key in groups, each about one question. */
import type { ReactNode } from "react";
import { useMembership } from "../../api/me.ts";
import { Choices, SelectField, TextArea, TextField } from "../../components/ui/field.tsx";
import { BodiesFields } from "./bodies-fields.tsx";
import { badTag, type KeyFields } from "./key-fields.ts";

type TextName = {
  [K in keyof KeyFields]: KeyFields[K] extends string ? (string extends KeyFields[K] ? K : never) : never;
}[keyof KeyFields];

export interface FormProps {
  fields: KeyFields;
  set: (some: Partial<KeyFields>) => void;
  bind: (name: TextName) => { value: string; onChange: (event: { target: { value: string } }) => void };
}

export function EditKeyFields(props: FormProps) {
  const { fields, bind, set } = props;
  const membership = useMembership();
  // A developer's keys are their own; the API sees to it.
  const isOwn = membership?.role === "developer";
  const wrong = badTag(fields.tags);
  return (
    <div className="flex flex-col divide-y">
      <Group title="Whose it is" text="What is set here no request can override.">
        <TextField label="Name" required maxLength={200} {...bind("name")} />
        <TextField label="Team" maxLength={200} placeholder="None" {...bind("team")} />
        <TextField
          label="User"
          maxLength={200}
          placeholder="None"
          readOnly={isOwn}
          hint={isOwn ? "Your keys are yours." : undefined}
          {...bind("user")}
        />
        <TextField
          label="Required labels"
          placeholder="session, feature"
          hint="A request without them is refused: user, session, or names of tags."
          {...bind("require")}
        />
        <Wide>
          <TextArea
            label="Tags"
            rows={Math.max(2, fields.tags.split("\n").length)}
            placeholder="env=prod"
            error={wrong === null ? null : `Not a tag: ${wrong}`}
            hint="A line each, name=value."
            {...bind("tags")}
          />
        </Wide>
      </Group>
      <Group
        title="What it may use"
        text="Names with commas between them, * at the end for all that begin so. Empty: all."
      >
        <TextField label="Providers" placeholder="openai, anthropic" {...bind("providers")} />
        <TextField label="Models" placeholder="gpt-5-mini, claude-haiku-*" {...bind("models")} />
        <TextField label="Endpoints" placeholder="chat/completions, embeddings" {...bind("endpoints")} />
        <TextField label="Expires" type="datetime-local" hint="Empty: never." {...bind("expires")} />
      </Group>
      <Group title="Limits" text="Exact over all places. Empty: no limit.">
        <Figure label="Requests a minute" {...bind("requests_per_minute")} />
        <Figure label="Requests a day" {...bind("requests_per_day")} />
        <Figure label="Tokens a minute" {...bind("tokens_per_minute")} />
        <Figure label="Tokens a day" {...bind("tokens_per_day")} />
        <Figure label="Requests at once" {...bind("concurrent")} />
        <Figure
          label="Identical requests in a row"
          hint="An agent that goes in circles is stopped."
          {...bind("identical")}
        />
      </Group>
      <Group title="How it answers">
        <Figure
          label="Cache answers for, in seconds"
          hint="Repeats cost nothing. Empty: no cache."
          {...bind("cacheSeconds")}
        />
        <SelectField
          label="Prompt cache"
          hint="Whether prompts are marked so that their provider keeps them."
          value={fields.promptCache}
          onChange={({ target: { value } }) => set({ promptCache: value === "auto" || value === "off" ? value : "" })}
        >
          <option value="">By entry: at /v1 and routes alone</option>
          <option value="auto">Always</option>
          <option value="off">Never</option>
        </SelectField>
        <Wide>
          <Choices
            label="When a client leaves"
            name="on-disconnect"
            value={fields.onDisconnect}
            onChange={(onDisconnect) => set({ onDisconnect })}
            choices={[
              { value: "abort", title: "Stop", text: "The provider is cut off too; what passed is billed." },
              {
                value: "drain",
                title: "Read to the end",
                text: "Billed by the provider's own count; a retry gets the answer from the cache.",
              },
            ]}
          />
        </Wide>
      </Group>
      <Group title="What it keeps">
        <Wide>
          <div className="flex flex-col gap-4">
            <BodiesFields {...props} />
          </div>
        </Wide>
      </Group>
    </div>
  );
}

function Group({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <fieldset className="py-5 first:pt-1">
      <legend className="float-left mb-3 w-full">
        <span className="block text-base font-semibold">{title}</span>
        {text && <span className="block text-xs text-ink-2">{text}</span>}
      </legend>
      <div className="clear-both grid items-start gap-4 sm:grid-cols-2">{children}</div>
    </fieldset>
  );
}

const Wide = ({ children }: { children: ReactNode }) => <div className="sm:col-span-2">{children}</div>;

function Figure(props: { label: string; hint?: string } & ReturnType<FormProps["bind"]>) {
  return <TextField {...props} type="number" min={1} step={1} placeholder="None" />;
}
