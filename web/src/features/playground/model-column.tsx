import { X } from "lucide-react";
import { useId } from "react";
import { Button } from "../../components/ui/button.tsx";
import { inputStyle } from "../../components/ui/field.tsx";
import { cn } from "../../lib/cn.ts";
import { AnswerFacts } from "./answer-facts.tsx";
import type { Answer, Turn } from "./use-conversations.ts";

interface Props {
  tenant: string;
  /** From 0. */
  place: number;
  model: string;
  models: readonly string[];
  turns: readonly Turn[];
  onModel: (model: string) => void;
  /** Null where it is the only one. */
  onRemove: (() => void) | null;
}

/** One model: which it is, and the conversation with it. */
export function ModelColumn({ tenant, place, model, models, turns, onModel, onRemove }: Props) {
  const listId = useId();
  const known = models.includes(model);
  return (
    <section
      aria-label={`Model ${place + 1}`}
      className="flex min-h-0 min-w-0 flex-col overflow-hidden rounded-lg border bg-surface"
    >
      <div className="flex items-center gap-1.5 border-b p-2">
        <input
          list={listId}
          aria-label={`Name of model ${place + 1}`}
          placeholder="provider/model, or a route"
          value={model}
          onChange={(event) => onModel(event.target.value)}
          autoComplete="off"
          spellCheck={false}
          className={cn(inputStyle, "h-8 font-mono text-xs")}
        />
        <datalist id={listId}>
          {models.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        {onRemove && (
          <Button tone="quiet" size="icon" aria-label={`Remove model ${place + 1}`} onClick={onRemove}>
            <X aria-hidden className="size-4" />
          </Button>
        )}
      </div>
      {!known && model !== "" && models.length > 0 && (
        <p className="border-b bg-sunken px-3.5 py-1.5 text-xs text-ink-2">
          Not in the list of models; it is asked for as it is.
        </p>
      )}
      <div
        role="log"
        aria-label={`Conversation with ${model}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        tabIndex={0}
        className="flex min-h-0 flex-1 flex-col overflow-y-auto focus-visible:outline-offset-[-2px]"
      >
        {turns.length === 0 && (
          <p className="m-auto px-4 py-8 text-center text-sm text-ink-3">Its answers appear here as they come.</p>
        )}
        {turns.map((turn, i) => {
          const answer = turn.answers[place];
          return (
            answer && (
              // biome-ignore lint/suspicious/noArrayIndexKey: turns are only ever added
              <TurnView key={i} tenant={tenant} question={turn.question} answer={answer} />
            )
          );
        })}
      </div>
    </section>
  );
}

function TurnView({ tenant, question, answer }: { tenant: string; question: string; answer: Answer }) {
  return (
    <div className="border-b last:border-b-0">
      <p className="bg-sunken px-3.5 py-2 text-sm whitespace-pre-wrap break-words text-ink-2">{question}</p>
      <div className="px-3.5 py-2.5 text-sm whitespace-pre-wrap break-words">
        {answer.text}
        {answer.state === "running" && (
          <span
            role="status"
            aria-label="Answering"
            className="ml-0.5 inline-block h-4 w-2 animate-shimmer rounded-sm bg-accent align-text-bottom"
          />
        )}
        {answer.state === "stopped" && <span className="text-ink-3"> (stopped)</span>}
        {answer.error && (
          <p role="alert" className="rounded-md border border-bad/30 bg-bad-soft px-3 py-2 text-ink">
            {answer.error}
          </p>
        )}
      </div>
      {answer.state !== "running" && <AnswerFacts tenant={tenant} answer={answer} />}
    </div>
  );
}
