import { type FormEvent, useState } from "react";
import { type SinkInput, useSaveSink } from "../../api/sinks.ts";
import type { Signal, Sink, SinkType } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { Checks } from "../../components/ui/checks.tsx";
import { Dialog, DialogActions } from "../../components/ui/dialog.tsx";
import { Choices, TextArea, TextField } from "../../components/ui/field.tsx";
import type { Secret } from "../../components/ui/secret-dialog.tsx";
import { messageOf } from "../../components/ui/states.tsx";
import { toast } from "../../lib/toast.ts";
import { headersOf, SINK_TITLES } from "./words.ts";

interface Props {
  tenant: string;
  /** The sink to change; null to add one. */
  sink: Sink | null;
  onClose: () => void;
  onSecret: (secret: Secret) => void;
}

const SIGNALS: readonly { value: Signal; title: string; text: string }[] = [
  { value: "traces", title: "Traces", text: "A span a request, by the GenAI conventions." },
  { value: "metrics", title: "Metrics", text: "Tokens, durations, and cost in nanodollars." },
];

export function SinkDialog({ tenant, sink, onClose, onSecret }: Props) {
  const save = useSaveSink(tenant);
  const [type, setType] = useState<SinkType>(sink?.type ?? "otlp");
  const [name, setName] = useState(sink?.name ?? "");
  const [url, setUrl] = useState(sink?.url ?? "");
  const [headerText, setHeaderText] = useState("");
  const [signals, setSignals] = useState<Signal[]>(sink?.signals.length ? sink.signals : ["traces", "metrics"]);
  const parsed = headersOf(headerText);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if ("wrong" in parsed) return;
    const input: SinkInput = { type, name: name.trim() || SINK_TITLES[type] };
    if (type !== "r2") input.url = url.trim();
    if (type !== "r2" && headerText.trim() !== "") input.headers = parsed.headers;
    if (type === "otlp") input.signals = signals;
    save.mutate(sink ? { id: sink.id, ...input } : input, {
      onSuccess: ({ secret }) => {
        toast(`${input.name} is ${sink ? "changed" : "sent to from now on"}`);
        onClose();
        if (!sink && secret) onSecret({ title: `${input.name} is sent to`, what: "signing secret", text: secret });
      },
    });
  };

  return (
    <Dialog open onClose={onClose} title={sink ? `Edit ${sink.name}` : "Add a sink"}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {!sink && (
          <Choices
            label="Sends"
            name="type"
            value={type}
            onChange={setType}
            choices={[
              { value: "otlp", title: "OpenTelemetry", text: "OTLP over HTTP, in JSON." },
              { value: "webhook", title: "Webhook", text: "Signed arrays of usage records." },
              { value: "r2", title: "Bucket", text: "NDJSON files in the instance's bucket." },
            ]}
          />
        )}
        <TextField
          label="Name"
          maxLength={200}
          placeholder={SINK_TITLES[type]}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        {type !== "r2" && (
          <>
            <TextField
              label="URL"
              type="url"
              required
              placeholder={type === "otlp" ? "https://otlp.example.com" : "https://example.com/usage"}
              hint={type === "otlp" ? "Without /v1/traces: that is added." : undefined}
              value={url}
              onChange={(event) => setUrl(event.target.value)}
            />
            <TextArea
              label="Headers"
              rows={3}
              spellCheck={false}
              className="font-mono text-xs"
              placeholder="Authorization: Bearer …"
              hint={headerHint(sink)}
              error={"wrong" in parsed ? `Not a header: ${parsed.wrong}` : null}
              value={headerText}
              onChange={(event) => setHeaderText(event.target.value)}
            />
          </>
        )}
        {type === "otlp" && <Checks label="Signals" choices={SIGNALS} value={signals} onChange={setSignals} />}
        {save.isError && (
          <p role="alert" className="text-sm text-bad">
            {messageOf(save.error)}
          </p>
        )}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            tone="primary"
            busy={save.isPending}
            disabled={"wrong" in parsed || (type === "otlp" && signals.length === 0)}
          >
            {sink ? "Save changes" : "Add sink"}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function headerHint(sink: Sink | null): string {
  if (sink === null || sink.header_names.length === 0)
    return "A line each. Stored sealed; their values are never shown.";
  return `Empty: ${sink.header_names.join(", ")} stay as they are. Else these replace all of them.`;
}
