import { useState } from "react";
import { changePassword } from "../../api/account.ts";
import { Button } from "../../components/ui/button.tsx";
import { TextField } from "../../components/ui/field.tsx";
import { FormProblem } from "./form-problem.tsx";
import { Section } from "./section.tsx";
import { useAccountChange } from "./use-change.ts";

/** As the API has it. */
const SHORTEST = 10;

export function PasswordSection({ hasOne }: { hasOne: boolean }) {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useAccountChange(
    () => changePassword(next, hasOne ? current : undefined),
    () => {
      setCurrent("");
      setNext("");
      return hasOne ? "Your password is changed; your other sessions have ended" : "Your password is set";
    },
  );
  const text = hasOne
    ? "Changing it signs you out everywhere else."
    : "You have none yet. With one you sign in without a link.";
  return (
    <Section title="Password" text={text}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate(undefined);
        }}
      >
        <div className="grid gap-4 sm:grid-cols-2">
          {hasOne && (
            <TextField
              label="Present password"
              type="password"
              autoComplete="current-password"
              required
              value={current}
              onChange={(event) => setCurrent(event.target.value)}
            />
          )}
          <TextField
            label="New password"
            type="password"
            autoComplete="new-password"
            required
            minLength={SHORTEST}
            maxLength={128}
            hint={`At least ${SHORTEST} characters.`}
            value={next}
            onChange={(event) => setNext(event.target.value)}
          />
        </div>
        <FormProblem error={change.error} />
        <Button type="submit" className="self-start" busy={change.isPending} disabled={next === ""}>
          {hasOne ? "Change password" : "Set password"}
        </Button>
      </form>
    </Section>
  );
}
