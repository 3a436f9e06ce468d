/** A route as JSON, with the tree that it describes beside it. */
import { type FormEvent, useState } from "react";
import { ApiError } from "../../api/client.ts";
import { useSaveRoute } from "../../api/routes.ts";
import type { Route } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogActions } from "../../components/ui/dialog.tsx";
import { TextField } from "../../components/ui/field.tsx";
import { Segmented } from "../../components/ui/segmented.tsx";
import { messageOf } from "../../components/ui/states.tsx";
import { jsonProblem, lineOf } from "../../lib/json-place.ts";
import { toast } from "../../lib/toast.ts";
import { JsonEditor, type Problem } from "./json-editor.tsx";
import { TargetTree } from "./target-tree.tsx";
import { bodyOf, pretty, SAMPLES, treeIn } from "./words.ts";

interface Props {
  tenant: string;
  /** The route to change; null to make one. */
  route: Route | null;
  open: boolean;
  onClose: () => void;
  onSaved?: (name: string) => void;
}

export function RouteDialog(props: Props) {
  return (
    <Dialog
      open={props.open}
      onClose={props.onClose}
      size="xl"
      title={props.route ? `Edit ${props.route.name}` : "Create a route"}
      description="Clients ask for it by its name, as for a model. Changes are in force at the edge within 10 s."
    >
      <RouteForm {...props} />
    </Dialog>
  );
}

type Sample = (typeof SAMPLES)[number]["value"];

function RouteForm({ tenant, route, onClose, onSaved }: Props) {
  const save = useSaveRoute(tenant);
  const [name, setName] = useState(route?.name ?? "");
  const [sample, setSample] = useState<Sample>("fallback");
  const [text, setText] = useState(pretty(route ? bodyOf(route) : SAMPLES[0].body));
  const [tried, setTried] = useState(false);
  const tree = treeIn(text);
  const refused = refusalOf(save.error);
  const unreadable = tried ? jsonProblem(text) : null;
  const problem: Problem | null =
    unreadable ?? (refused.field === null || refused.field === "name" ? null : placed(text, refused));

  const choose = (value: Sample): void => {
    setSample(value);
    setText(pretty(SAMPLES.find((one) => one.value === value)?.body));
    save.reset();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (jsonProblem(text)) return;
    const body = JSON.parse(text) as Record<string, unknown>;
    save.mutate(
      { name: name.trim(), body, isNew: route === null },
      {
        onSuccess: () => {
          toast(`${name.trim()} is ${route ? "changed" : "made"}`);
          onClose();
          onSaved?.(name.trim());
        },
      },
    );
  };

  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {!route && (
        <div className="flex flex-col gap-4 sm:flex-row sm:items-end">
          <div className="flex-1">
            <TextField
              label="Name"
              required
              maxLength={64}
              pattern="[A-Za-z0-9][\w.\-]*"
              placeholder="smart"
              value={name}
              error={refused.field === "name" ? refused.message : null}
              onChange={(event) => setName(event.target.value)}
            />
          </div>
          <Segmented
            label="Begin with"
            className="self-start sm:self-auto"
            value={sample}
            options={SAMPLES.map(({ value, text: title }) => ({ value, text: title }))}
            onChange={choose}
          />
        </div>
      )}
      <div className="grid gap-4 md:grid-cols-2">
        <JsonEditor
          label="Definition"
          value={text}
          problem={problem}
          onChange={(next) => {
            setText(next);
            if (save.isError) save.reset();
          }}
        />
        <section aria-label="What it describes" className="flex min-w-0 flex-col gap-1.5">
          <h3 className="text-sm font-medium">What it describes</h3>
          <div className="min-h-24 flex-1 rounded-md border bg-sunken p-3">
            {tree ? (
              <TargetTree {...tree} />
            ) : (
              <p className="text-sm text-ink-2">No targets can be read from it yet: it needs a list of “targets”.</p>
            )}
          </div>
        </section>
      </div>
      {save.isError && refused.field === null && (
        <p role="alert" className="text-sm text-bad">
          {refused.message}
        </p>
      )}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" tone="primary" busy={save.isPending} disabled={name.trim() === ""}>
          {route ? "Save changes" : "Create route"}
        </Button>
      </DialogActions>
    </form>
  );
}

/** Which field the API refused, and why. */
function refusalOf(error: unknown): { field: string | null; message: string } {
  const field = error instanceof ApiError ? error.details.field : undefined;
  return { field: typeof field === "string" ? field : null, message: error ? messageOf(error) : "" };
}

const placed = (text: string, { field, message }: { field: string | null; message: string }): Problem => ({
  line: lineOf(text, field ?? ""),
  message,
});
