import { type FormEvent, useState } from "react";
import { useMembership } from "../../api/me.ts";
import { useMakeToken } from "../../api/settings.ts";
import { ROLES } from "../../api/team.ts";
import type { Role } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { Checks } from "../../components/ui/checks.tsx";
import { CodeBlock } from "../../components/ui/code-block.tsx";
import { Dialog, DialogActions } from "../../components/ui/dialog.tsx";
import { SelectField, TextField } from "../../components/ui/field.tsx";
import type { Secret } from "../../components/ui/secret-dialog.tsx";
import { messageOf } from "../../components/ui/states.tsx";
import { ACTION_TITLES, TOKEN_ACTIONS, type TokenAction } from "./token-actions.ts";

interface Props {
  tenant: string;
  onClose: () => void;
  onSecret: (secret: Secret) => void;
}

const DAY_MS = 86_400_000;
const LIVES: readonly { days: number | null; title: string }[] = [
  { days: 7, title: "7 days" },
  { days: 30, title: "30 days" },
  { days: 90, title: "90 days" },
  { days: 365, title: "A year" },
  { days: null, title: "Never" },
];
const ROLE_TEXTS: Record<Role, string> = {
  owner: "Everything but the organization itself.",
  admin: "Everything but the organization itself and its security.",
  developer: "Keys of its own, and usage.",
  billing: "Budgets, alerts and prices.",
  viewer: "Reads, and changes nothing.",
};

export function TokenDialog({ tenant, onClose, onSecret }: Props) {
  const make = useMakeToken(tenant);
  const own = useMembership()?.role ?? "viewer";
  const roles = ROLES.slice(ROLES.indexOf(own));
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [days, setDays] = useState("90");
  const [denied, setDenied] = useState<readonly TokenAction[]>([]);
  const offered = TOKEN_ACTIONS[role];
  const actions = offered.filter((action) => !denied.includes(action));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const expires_at = days === "" ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString();
    make.mutate(
      { name: name.trim(), role, expires_at, actions: actions.length === offered.length ? null : actions },
      {
        onSuccess: ({ token }) => {
          onClose();
          onSecret({ title: name.trim(), what: "token", text: token, note: <Usage tenant={tenant} token={token} /> });
        },
      },
    );
  };
  return (
    <Dialog open onClose={onClose} title="Make a token" description="For programs that use the API. It is shown once.">
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label="Name"
          required
          maxLength={200}
          placeholder="ci"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <div className="grid gap-4 sm:grid-cols-2">
          <SelectField
            label="Role"
            hint={ROLE_TEXTS[role]}
            value={role}
            onChange={(event) => setRole(roles.find((each) => each === event.target.value) ?? "viewer")}
          >
            {roles.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </SelectField>
          <SelectField label="Ends after" value={days} onChange={(event) => setDays(event.target.value)}>
            {LIVES.map(({ days: count, title }) => (
              <option key={title} value={count ?? ""}>
                {title}
              </option>
            ))}
          </SelectField>
        </div>
        {offered.length > 1 && (
          <details>
            <summary className="text-sm font-medium text-ink-2 hover:text-ink">
              Only some of what the role may do
            </summary>
            <div className="mt-3">
              <Checks
                label="It may"
                choices={offered.map((action) => ({ value: action, title: ACTION_TITLES[action] }))}
                value={actions}
                onChange={(chosen) => setDenied(offered.filter((action) => !chosen.includes(action)))}
              />
            </div>
          </details>
        )}
        {make.isError && (
          <p role="alert" className="text-sm text-bad">
            {messageOf(make.error)}
          </p>
        )}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            tone="primary"
            busy={make.isPending}
            disabled={name.trim() === "" || actions.length === 0}
          >
            Make token
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

const Usage = ({ tenant, token }: { tenant: string; token: string }) => (
  <CodeBlock
    what="curl command"
    code={`curl ${location.origin}/api/v1/tenants/${tenant}/budgets \\\n  -H "authorization: Bearer ${token}"`}
  />
);
