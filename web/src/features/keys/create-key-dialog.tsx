import { type FormEvent, useState } from "react";
import { type KeyInput, useCreateKey } from "../../api/keys.ts";
import { useMembership } from "../../api/me.ts";
import type { KeyMode, NewKey } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogActions } from "../../components/ui/dialog.tsx";
import { Choices, TextField } from "../../components/ui/field.tsx";
import { messageOf } from "../../components/ui/states.tsx";

interface Props {
  tenant: string;
  open: boolean;
  onClose: () => void;
  onCreated: (fresh: NewKey & { name: string }) => void;
}

export function CreateKeyDialog({ tenant, open, onClose, onCreated }: Props) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Create a key"
      description="Give each app its own, so that its spend can be told apart."
    >
      <CreateKeyForm tenant={tenant} onClose={onClose} onCreated={onCreated} />
    </Dialog>
  );
}

const BLANK = { name: "", user: "", team: "", models: "", perMinute: "", cacheSeconds: "", expires: "" };

function CreateKeyForm({ tenant, onClose, onCreated }: Omit<Props, "open">) {
  const create = useCreateKey(tenant);
  const membership = useMembership();
  // A developer makes keys of their own alone; the API sees to it.
  const own = membership?.role === "developer" ? membership.user : undefined;
  const [mode, setMode] = useState<KeyMode>("live");
  const [fields, setFields] = useState(BLANK);
  const bind = (name: keyof typeof BLANK) => ({
    value: fields[name],
    onChange: (event: { target: { value: string } }) => setFields({ ...fields, [name]: event.target.value }),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate(inputOf(fields, mode), {
      onSuccess: (fresh) => {
        onClose();
        onCreated({ ...fresh, name: fields.name.trim() });
      },
    });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <TextField label="Name" required maxLength={200} placeholder="search-prod" {...bind("name")} />
      <Choices
        label="Mode"
        name="mode"
        value={mode}
        onChange={setMode}
        choices={[
          { value: "live", title: "Live", text: "Reaches providers, costs money." },
          { value: "test", title: "Test", text: "Reaches the sandbox alone: exact answers and prices, no bill." },
        ]}
      />
      <details className="group">
        <summary className="text-sm font-medium text-ink-2 hover:text-ink">More options</summary>
        <div className="mt-3 grid gap-4 sm:grid-cols-2">
          {own === undefined ? (
            <TextField label="User" hint="Fixed for every request." {...bind("user")} />
          ) : (
            <TextField label="User" hint="Your keys are yours." value={own} readOnly />
          )}
          <TextField label="Team" hint="Fixed for every request." {...bind("team")} />
          <TextField
            label="Models"
            placeholder="gpt-5-mini, claude-haiku-4-5"
            hint="Only these, separated by commas. Empty: all."
            {...bind("models")}
          />
          <TextField
            label="Requests a minute"
            inputMode="numeric"
            pattern="[0-9]*"
            title="A whole number, without commas."
            hint="Empty: no limit."
            {...bind("perMinute")}
          />
          <TextField
            label="Cache answers for, in seconds"
            inputMode="numeric"
            pattern="[0-9]*"
            title="A whole number, without commas."
            hint="Repeats cost nothing. Empty: no cache."
            {...bind("cacheSeconds")}
          />
          <TextField label="Expires" type="datetime-local" hint="Empty: never." {...bind("expires")} />
        </div>
      </details>
      {create.isError && (
        <p role="alert" className="text-sm text-bad">
          {messageOf(create.error)}
        </p>
      )}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" tone="primary" busy={create.isPending} disabled={fields.name.trim() === ""}>
          Create key
        </Button>
      </DialogActions>
    </form>
  );
}

function inputOf(fields: typeof BLANK, mode: KeyMode): KeyInput {
  const input: KeyInput = { name: fields.name.trim(), mode };
  const models = fields.models
    .split(",")
    .map((model) => model.trim())
    .filter((model) => model !== "");
  if (fields.user.trim() !== "") input.user = fields.user.trim();
  if (fields.team.trim() !== "") input.team = fields.team.trim();
  if (models.length > 0) input.allow = { models };
  if (fields.perMinute !== "") input.rate_limits = { requests_per_minute: Number(fields.perMinute) };
  if (fields.cacheSeconds !== "") input.cache = { ttl_seconds: Number(fields.cacheSeconds) };
  if (fields.expires !== "") input.expires_at = new Date(fields.expires).toISOString();
  return input;
}
