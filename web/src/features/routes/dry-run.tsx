/** Which target a request would take now, and why. Nothing is sent. */
import { ArrowRight, CircleSlash } from "lucide-react";
import { type FormEvent, useState } from "react";
import { type SampleRequest, useExplainRoute } from "../../api/routes.ts";
import type { Explanation } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { SelectField, TextField } from "../../components/ui/field.tsx";
import { messageOf } from "../../components/ui/states.tsx";
import { cn } from "../../lib/cn.ts";

interface Props {
  tenant: string;
  name: string;
  /** Hears of the target that the request would take. */
  onTaken: (model: string | null) => void;
}

export function DryRun({ tenant, name, onTaken }: Props) {
  const explain = useExplainRoute(tenant, name);
  const [tags, setTags] = useState("");
  const [user, setUser] = useState("");
  const [session, setSession] = useState("");
  const [input, setInput] = useState("");
  const [output, setOutput] = useState("");
  const [prompt, setPrompt] = useState("");
  const [stream, setStream] = useState("true");

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const request: SampleRequest = {
      tags: tagsIn(tags),
      stream: stream === "true",
      ...(user.trim() !== "" && { user: user.trim() }),
      ...(session.trim() !== "" && { session: session.trim() }),
      ...(input.trim() !== "" && { input_tokens: Number(input) }),
      ...(output.trim() !== "" && { max_output_tokens: Number(output) }),
      ...(prompt.trim() !== "" && { body: { messages: [{ role: "user", content: prompt }] } }),
    };
    explain.mutate(request, { onSuccess: ({ targets }) => onTaken(targets[0]?.model ?? null) });
  };

  return (
    <div className="flex flex-col gap-4 p-4">
      <form onSubmit={submit} className="flex flex-col gap-3">
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField
            label="Tags"
            placeholder="env=prod, feature=search"
            value={tags}
            onChange={(event) => setTags(event.target.value)}
          />
          <TextField label="User" placeholder="anna" value={user} onChange={(event) => setUser(event.target.value)} />
          <TextField
            label="Input tokens"
            type="number"
            min={0}
            placeholder="Of the question, else 1,000"
            value={input}
            onChange={(event) => setInput(event.target.value)}
          />
          <TextField
            label="Most output tokens"
            type="number"
            min={0}
            placeholder="Not said"
            value={output}
            onChange={(event) => setOutput(event.target.value)}
          />
          <TextField
            label="Session"
            placeholder="run-42"
            value={session}
            onChange={(event) => setSession(event.target.value)}
          />
          <SelectField label="Answer" value={stream} onChange={(event) => setStream(event.target.value)}>
            <option value="true">Streamed</option>
            <option value="false">Whole</option>
          </SelectField>
        </div>
        <TextField
          label="Question"
          placeholder="Only for routes that look at how hard it is"
          value={prompt}
          onChange={(event) => setPrompt(event.target.value)}
        />
        <Button type="submit" busy={explain.isPending} className="self-start">
          Explain
        </Button>
      </form>
      <div aria-live="polite">
        {explain.isError && <p className="text-sm text-bad">{messageOf(explain.error)}</p>}
        {explain.data && <Explained {...explain.data} />}
      </div>
    </div>
  );
}

function Explained({ targets, skipped }: Explanation) {
  return (
    <div className="flex flex-col gap-2">
      {targets.length === 0 && <p className="text-sm">No target takes this request: it would be refused.</p>}
      <ol className="flex flex-col gap-2" aria-label="Targets in their order">
        {targets.map(({ model, reason }, i) => (
          <li
            key={model}
            className={cn("flex gap-2.5 rounded-md border px-3 py-2", i === 0 && "border-accent bg-accent-soft")}
          >
            <ArrowRight aria-hidden className={cn("mt-0.5 size-4 shrink-0", i === 0 ? "text-accent" : "text-ink-3")} />
            <Reasoned model={model} reason={reason} note={i === 0 ? <Badge tone="accent">takes it</Badge> : null} />
          </li>
        ))}
      </ol>
      {skipped.length > 0 && (
        <ul className="flex flex-col gap-2" aria-label="Targets that do not take it">
          {skipped.map(({ model, reason }) => (
            <li key={`${model} ${reason}`} className="flex gap-2.5 rounded-md border border-dashed px-3 py-2">
              <CircleSlash aria-hidden className="mt-0.5 size-4 shrink-0 text-ink-3" />
              <Reasoned model={model} reason={reason} note={null} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Reasoned({ model, reason, note }: { model: string; reason: string; note: React.ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-0.5">
      <span className="flex flex-wrap items-center gap-2">
        <span className="font-mono text-sm break-all">{model}</span>
        {note}
      </span>
      <span className="text-xs text-ink-2">{reason}</span>
    </div>
  );
}

/** `env=prod, feature=search` by name. */
function tagsIn(text: string): Record<string, string> {
  const pairs = text.split(",").flatMap((pair) => {
    const [name, ...value] = pair.split("=");
    return name?.trim() ? [[name.trim(), value.join("=").trim()] as const] : [];
  });
  return Object.fromEntries(pairs);
}
