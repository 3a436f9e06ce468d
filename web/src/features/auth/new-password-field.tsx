import { TextField } from "../../components/ui/field.tsx";

/** As the API has it. */
const SHORTEST = 10;
const LONGEST = 128;

export function NewPasswordField({
  label = "Password",
  value,
  onChange,
}: {
  label?: string;
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <TextField
      label={label}
      type="password"
      autoComplete="new-password"
      required
      minLength={SHORTEST}
      maxLength={LONGEST}
      hint={`At least ${SHORTEST} characters.`}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
