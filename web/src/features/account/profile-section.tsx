import { useState } from "react";
import { changeName } from "../../api/account.ts";
import { Button } from "../../components/ui/button.tsx";
import { TextField } from "../../components/ui/field.tsx";
import { FormProblem } from "./form-problem.tsx";
import { Section } from "./section.tsx";
import { useAccountChange } from "./use-change.ts";

export function ProfileSection({ name }: { name: string }) {
  const [wanted, setWanted] = useState(name);
  const change = useAccountChange(changeName, () => "Your name is changed");
  return (
    <Section title="Profile">
      <form
        className="flex flex-wrap items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate(wanted.trim());
        }}
      >
        <div className="min-w-48 flex-1">
          <TextField
            label="Your name"
            autoComplete="name"
            required
            maxLength={200}
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
          />
        </div>
        <Button type="submit" busy={change.isPending} disabled={wanted.trim() === "" || wanted.trim() === name}>
          Save
        </Button>
      </form>
      <FormProblem error={change.error} />
    </Section>
  );
}
