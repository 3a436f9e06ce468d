/** The provider of the soak test: most answers are sound, and the others fail in every way that a provider can. */
import { type ChatAnswer, chatAnswer, chatEvents } from "../../tests/support/chat-answers.ts";
import { garbage, halfBody, json, resets, streams } from "../../tests/support/replies.ts";
import { sleep } from "../../tests/support/until.ts";
import type { Reply } from "../../tests/support/upstream.ts";

/** Of a hundred requests, how many are answered how; the rest is sound. */
const FAULTS = {
  "500": 3,
  "429": 3,
  reset: 3,
  garbage: 1,
  "half body": 2,
  "error in a 200": 1,
  "cut stream": 4,
  silence: 2,
} as const;
export type Fault = keyof typeof FAULTS;

/** Longer than anybody waits here, so that the client is the one who leaves. */
const SILENCE_MS = 4_000;
const WORDS = 24;

/** How errand `n` is answered; null is soundly. The same for the same number. */
export function faultOf(n: number): Fault | null {
  let rest = (Math.imul(n, 2_654_435_761) >>> 0) % 100;
  for (const [fault, share] of Object.entries(FAULTS)) {
    if (rest < share) return fault as Fault;
    rest -= share;
  }
  return null;
}

/** Notes in `served` which errands were answered soundly and to the end. */
export const answering =
  (served: Set<number>) =>
  (answer: ChatAnswer, n: number): Reply =>
  async (response, received) => {
    const body = JSON.parse(received.body.toString()) as {
      stream?: boolean;
      stream_options?: { include_usage?: boolean };
    };
    await sleep((n * 37) % 200);
    if (response.destroyed) return;
    const fault = faultOf(n);
    if (fault !== null) return replyOf(fault, answer)(response, received);
    response.once("finish", () => served.add(n));
    if (!body.stream) return json(200, chatAnswer(answer))(response, received);
    const text = "word ".repeat(WORDS);
    const events = chatEvents({ ...answer, text }, body.stream_options?.include_usage === true);
    return streams(events, { everyMs: (n * 7) % 25 })(response, received);
  };

function replyOf(fault: Fault, answer: ChatAnswer): Reply {
  switch (fault) {
    case "500":
      return json(500, { error: { message: "It broke.", type: "server_error" } });
    case "429":
      return json(429, { error: { message: "Too fast.", type: "rate_limit_exceeded" } }, { "retry-after": "1" });
    case "reset":
      return resets;
    case "garbage":
      return garbage;
    case "half body":
      return halfBody(JSON.stringify(chatAnswer(answer)));
    case "error in a 200":
      return json(200, { error: { message: "It broke.", type: "server_error" } });
    case "cut stream":
      return streams(chatEvents({ ...answer, text: "word ".repeat(8) }, false).slice(0, 6), {
        everyMs: 5,
        ending: "cut",
      });
    case "silence":
      return async (response) => {
        await sleep(SILENCE_MS);
        response.socket?.destroy();
      };
  }
}
