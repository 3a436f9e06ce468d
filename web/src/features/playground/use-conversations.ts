/** What was asked and what each model answered, as it comes. */
import { useEffect, useRef, useState } from "react";
import { type ChatMessage, type ChatParameters, chat } from "../../api/chat.ts";
import { messageOf } from "../../components/ui/states.tsx";

export interface Answer {
  text: string;
  state: "running" | "done" | "stopped" | "failed";
  /** Why it failed. */
  error: string | null;
  /** The id of its record, once it has begun. */
  requestId: string | null;
  /** From sending to the first text, in milliseconds. */
  firstTextMs: number | null;
  tookMs: number | null;
}

export interface Turn {
  question: string;
  /** By the place of the model's column. */
  answers: (Answer | null)[];
}

const BEGUN: Answer = { text: "", state: "running", error: null, requestId: null, firstTextMs: null, tookMs: null };

interface Asked {
  models: readonly string[];
  system: string;
  parameters: ChatParameters;
  question: string;
  key: string;
}

export function useConversations() {
  const [turns, setTurns] = useState<Turn[]>([]);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const change = (turn: number, column: number, to: (answer: Answer) => Answer): void =>
    setTurns((old) =>
      old.map((each, i) =>
        i === turn
          ? { ...each, answers: each.answers.map((answer, k) => (k === column && answer ? to(answer) : answer)) }
          : each,
      ),
    );

  const ask = async ({ models, system, parameters, question, key }: Asked): Promise<void> => {
    const controller = new AbortController();
    running.current = controller;
    const turn = turns.length;
    const before = turns;
    setTurns([...before, { question, answers: models.map(() => BEGUN) }]);
    await Promise.all(
      models.map(async (model, column) => {
        const sentAt = performance.now();
        const took = (): number => performance.now() - sentAt;
        try {
          await chat(
            key,
            { model, messages: messagesOf({ system, before, column, question }), ...parameters },
            {
              onStart: (requestId) => change(turn, column, (answer) => ({ ...answer, requestId })),
              onText: (text) => {
                const ms = took();
                change(turn, column, (answer) => ({
                  ...answer,
                  text: answer.text + text,
                  firstTextMs: answer.firstTextMs ?? ms,
                }));
              },
            },
            controller.signal,
          );
          change(turn, column, (answer) => ({ ...answer, state: "done", tookMs: took() }));
        } catch (error) {
          const stopped = controller.signal.aborted;
          change(turn, column, (answer) => ({
            ...answer,
            state: stopped ? "stopped" : "failed",
            error: stopped ? null : messageOf(error),
            tookMs: took(),
          }));
        }
      }),
    );
  };

  return {
    turns,
    isRunning: turns.some(({ answers }) => answers.some((answer) => answer?.state === "running")),
    ask,
    stop: () => running.current?.abort(),
    clear: () => {
      running.current?.abort();
      setTurns([]);
    },
  };
}

/** The conversation as the model of `column` has had it. */
export function messagesOf(of: {
  system: string;
  before: readonly Turn[];
  column: number;
  question: string;
}): ChatMessage[] {
  const { system, before, column, question } = of;
  return [
    ...(system.trim() === "" ? [] : [{ role: "system", content: system } as const]),
    ...before.flatMap((turn): ChatMessage[] => {
      const text = turn.answers[column]?.text ?? "";
      // A question that was not answered is asked anew by asking it again.
      return text === ""
        ? []
        : [
            { role: "user", content: turn.question },
            { role: "assistant", content: text },
          ];
    }),
    { role: "user", content: question },
  ];
}
