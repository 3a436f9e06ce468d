import { type FormEvent, useState } from "react";
import { useMembership } from "../../api/me.ts";
import { ROLES, useInvite } from "../../api/team.ts";
import type { MadeInvitation, Role } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { CopyButton } from "../../components/ui/code-block.tsx";
import { Dialog, DialogActions } from "../../components/ui/dialog.tsx";
import { SelectField, TextField } from "../../components/ui/field.tsx";
import { messageOf } from "../../components/ui/states.tsx";
import { toast } from "../../lib/toast.ts";
import { ROLE_WORDS } from "./roles.ts";

interface Props {
  tenant: string;
  onClose: () => void;
  onMade: (made: MadeInvitation) => void;
}

export function InviteDialog({ tenant, onClose, onMade }: Props) {
  const invite = useInvite(tenant);
  const own = useMembership()?.role ?? "viewer";
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("developer");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    invite.mutate(
      { email: email.trim(), role },
      {
        onSuccess: (made) => {
          onClose();
          if (made.link === null) toast(`An invitation is on its way to ${made.email}`);
          else onMade(made);
        },
      },
    );
  };
  return (
    <Dialog open onClose={onClose} title="Invite somebody" description="They get a link that works once, for a week.">
      <form onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label="Email"
          type="email"
          required
          placeholder="ada@example.com"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <SelectField
          label="Role"
          hint={ROLE_WORDS[role]}
          value={role}
          onChange={(event) => setRole(event.target.value as Role)}
        >
          {ROLES.slice(ROLES.indexOf(own)).map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </SelectField>
        {invite.isError && (
          <p role="alert" className="text-sm text-bad">
            {messageOf(invite.error)}
          </p>
        )}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" busy={invite.isPending}>
            Invite
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** Where this instance sends no email: the one time that the link is seen, to be passed on. */
export function InviteLinkDialog({ made, onClose }: { made: MadeInvitation | null; onClose: () => void }) {
  const link = made?.link ?? null;
  return (
    <Dialog
      open={link !== null}
      onClose={onClose}
      size="lg"
      title={`Pass this link on to ${made?.email}`}
      description="Whoever has it joins in their name, once, so send it to nobody else. It is not shown again."
    >
      {link !== null && (
        <>
          <div className="flex items-center gap-2 rounded-md border border-line-strong bg-sunken py-1.5 pr-1.5 pl-3">
            <code data-testid="invite-link" className="min-w-0 flex-1 font-mono text-xs break-all">
              {link}
            </code>
            <CopyButton text={link} what="link" label="Copy link" tone="primary" />
          </div>
          <DialogActions>
            <Button onClick={onClose}>Done</Button>
          </DialogActions>
        </>
      )}
    </Dialog>
  );
}
