import { Send, Square } from "lucide-react";
import { type FormEvent, type KeyboardEvent, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { inputStyle } from "../../components/ui/field.tsx";
import { cn } from "../../lib/cn.ts";

interface Props {
  /** Why nothing can be asked now; null where it can. */
  blocked: string | null;
  isRunning: boolean;
  /** Resolves to whether it could be sent. */
  onAsk: (question: string) => Promise<boolean>;
  onStop: () => void;
}

/** The question. Enter sends it, Shift and Enter begin a new line. */
export function Composer({ blocked, isRunning, onAsk, onStop }: Props) {
  const [question, setQuestion] = useState("");
  const send = (event?: FormEvent): void => {
    event?.preventDefault();
    if (question.trim() === "" || blocked !== null || isRunning) return;
    const asked = question.trim();
    setQuestion("");
    // What was typed is not lost with a request that never left.
    void onAsk(asked).then((sent) => sent || setQuestion((typed) => typed || asked));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form onSubmit={send} className="flex items-end gap-2">
      <textarea
        aria-label="Your message"
        placeholder={blocked ?? "Ask something; every model above answers."}
        rows={2}
        value={question}
        onChange={(event) => setQuestion(event.target.value)}
        onKeyDown={onKeyDown}
        className={cn(inputStyle, "h-auto max-h-60 field-sizing-content resize-none py-2")}
      />
      {isRunning ? (
        <Button onClick={onStop}>
          <Square aria-hidden className="size-3.5" />
          Stop
        </Button>
      ) : (
        <Button type="submit" tone="primary" disabled={blocked !== null}>
          <Send aria-hidden className="size-4" />
          Send
        </Button>
      )}
    </form>
  );
}
