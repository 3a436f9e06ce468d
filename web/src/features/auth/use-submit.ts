import { type FormEvent, useState } from "react";
import { messageOf } from "../../components/ui/states.tsx";

/** A form that does `work` once at a time: whether it is at it, and what went wrong. */
export function useSubmit(work: () => Promise<unknown>, explain: (problem: unknown) => string = messageOf) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const onSubmit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (problem) {
      setError(explain(problem));
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, onSubmit };
}
