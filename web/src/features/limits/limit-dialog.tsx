import { type FormEvent, useState } from "react";
import { useChangeLimit, useMakeLimit } from "../../api/limits.ts";
import type { Key, RateFigure, Rates } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogActions } from "../../components/ui/dialog.tsx";
import { TextField } from "../../components/ui/field.tsx";
import { ScopeFields } from "../../components/ui/scope-fields.tsx";
import { messageOf } from "../../components/ui/states.tsx";
import { scopeOf, WHOLE } from "../../lib/scope.ts";
import { toast } from "../../lib/toast.ts";
import { FIGURES, type LimitRow } from "./figures.ts";

interface Props {
  tenant: string;
  keys: readonly Key[];
  /** The limits to change; null to make some. */
  row: LimitRow | null;
  onClose: () => void;
}

export function LimitDialog({ tenant, keys, row, onClose }: Props) {
  const make = useMakeLimit(tenant);
  const change = useChangeLimit(tenant);
  const [name, setName] = useState(row?.name ?? "");
  const [scope, setScope] = useState(WHOLE);
  const [texts, setTexts] = useState<Record<RateFigure, string>>(() => textsOf(row?.rates));
  const rates = ratesOf(texts);
  const isEmpty = Object.values(rates).every((figure) => figure === null);
  const isOwn = row !== null && row.owner !== "rate-limits";
  const { isPending, error } = row ? change : make;

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const done = {
      onSuccess: () => {
        toast(`${name.trim()} is ${row ? "changed" : "in force"}`);
        onClose();
      },
    };
    if (row) change.mutate({ owner: row.owner, id: row.id, name: name.trim(), rates }, done);
    else make.mutate({ name: name.trim(), scope: scopeOf(scope), ...rates }, done);
  };

  return (
    <Dialog
      open
      onClose={onClose}
      title={row ? `Edit the limits of ${row.name}` : "Create a rate limit"}
      description="Exact over all isolates. What is over it is refused with 429 and a time to try again."
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        {!isOwn && (
          <TextField
            label="Name"
            required
            maxLength={200}
            placeholder="One user"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
        {!row && <ScopeFields label="Holds back" keys={keys} value={scope} fixed={null} onChange={setScope} />}
        <div className="grid gap-4 sm:grid-cols-2">
          {FIGURES.map(({ figure, field }) => (
            <TextField
              key={figure}
              label={field}
              inputMode="numeric"
              pattern="[1-9][0-9]{0,14}"
              title="A whole number, without commas."
              placeholder="No limit"
              value={texts[figure]}
              onChange={(event) => setTexts({ ...texts, [figure]: event.target.value })}
            />
          ))}
        </div>
        {error && (
          <p role="alert" className="text-sm text-bad">
            {messageOf(error)}
          </p>
        )}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" busy={isPending} disabled={isEmpty}>
            {row ? "Save changes" : "Create limit"}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

const ofEach = <T,>(figureOf: (figure: RateFigure) => T): Record<RateFigure, T> =>
  Object.fromEntries(FIGURES.map(({ figure }) => [figure, figureOf(figure)])) as Record<RateFigure, T>;

const textsOf = (rates: Rates | undefined): Record<RateFigure, string> =>
  ofEach((figure) => String(rates?.[figure] ?? ""));

const ratesOf = (texts: Record<RateFigure, string>): Rates =>
  ofEach((figure) => (texts[figure].trim() === "" ? null : Number(texts[figure])));
