import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { changeEmail, sendConfirmation } from "../../api/account.ts";
import { signInOptionsQuery } from "../../api/session.ts";
import type { Me } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { TextField } from "../../components/ui/field.tsx";
import { FormProblem } from "./form-problem.tsx";
import { Section } from "./section.tsx";
import { useAccountChange } from "./use-change.ts";

export function EmailSection({ user }: { user: Me["user"] }) {
  const [email, setEmail] = useState(user.email);
  const [password, setPassword] = useState("");
  const isOther = email.trim().toLowerCase() !== user.email;
  const change = useAccountChange(
    () => changeEmail(email.trim(), password === "" ? undefined : password),
    ({ email: to, confirm }) => {
      setPassword("");
      return confirm ? `Open the link that was sent to ${to}` : "Your email is changed";
    },
  );
  const confirm = useAccountChange(sendConfirmation, ({ sent }) =>
    sent ? `A link is on its way to ${user.email}` : "This meterr sends no email",
  );
  // Where no email is sent, none can be confirmed.
  const { data: options } = useQuery(signInOptionsQuery);
  const mayConfirm = options?.password_reset === true && !user.email_verified;
  return (
    <Section
      title="Email"
      aside={
        user.email_verified ? (
          <Badge tone="ok">Confirmed</Badge>
        ) : (
          mayConfirm && <Badge tone="warn">Not confirmed</Badge>
        )
      }
      text="You sign in with it. Your keys and usage stay yours when it changes."
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate(undefined);
        }}
      >
        <TextField
          label="Your email"
          type="email"
          autoComplete="username"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        {isOther && user.sign_in.includes("password") && (
          <TextField
            label="Your password"
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
        <FormProblem error={change.error ?? confirm.error} />
        <div className="flex flex-wrap gap-2">
          <Button type="submit" busy={change.isPending} disabled={!isOther}>
            Change email
          </Button>
          {mayConfirm && !isOther && (
            <Button tone="quiet" busy={confirm.isPending} onClick={() => confirm.mutate(undefined)}>
              Send a confirmation link
            </Button>
          )}
        </div>
      </form>
    </Section>
  );
}
