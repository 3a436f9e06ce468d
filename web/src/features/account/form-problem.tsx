import { messageOf } from "../../components/ui/states.tsx";

/** What went wrong with a change; nothing where nothing did. */
export function FormProblem({ error }: { error: unknown }) {
  if (!error) return null;
  return (
    <p role="alert" className="text-sm text-bad">
      {messageOf(error)}
    </p>
  );
}
