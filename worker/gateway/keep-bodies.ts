/** Keeps what was asked and answered, for a key that says so: the client's bytes as they went by, written after the end. */
import { archiveOf } from "../core/archive.ts";
import { writeBodies } from "../core/body-store.ts";
import type { HeaderReader } from "../core/header-map.ts";
import { isTextual, keptBody, MAX_KEPT_BYTES } from "../core/kept-body.ts";
import type { KeyRecord } from "../core/policy.ts";
import type { Env } from "../env.ts";
import { askedOf, type Call } from "./call.ts";

const DAY_MS = 86_400_000;

/** Until when the bodies of a request of `key` are kept, in milliseconds since the epoch; null where they are not. */
export function keptUntil(key: Pick<KeyRecord, "bodies">, headers: HeaderReader, arrivedAt: number): number | null {
  const { bodies } = key;
  if (!bodies || headers.get("x-meterr-bodies")?.toLowerCase() === "off") return null;
  return arrivedAt + bodies.keepDays * DAY_MS;
}

export interface Keeping {
  /** Answers the client, and takes what goes by. */
  respond: (response: Response) => void;
  /** Writes it, once the client has its answer, or has left. Never rejects: a request does not fail for its copy. */
  write(): Promise<void>;
}

/** Null where nothing is kept of `call`. */
export function keepBodies(env: Env, call: Call, respond: (response: Response) => void): Keeping | null {
  const archive = archiveOf(env);
  const { bodiesUntil } = call;
  const rules = call.grant.key.bodies?.redact;
  if (bodiesUntil === null || !archive || !rules) return null;
  let answer: Taking | null = null;
  let type = "";
  return {
    respond: (response) => {
      if (answer) return respond(response);
      type = response.headers.get("content-type") ?? "";
      // What is no text is not kept, and what nobody reads must not pile up behind a slow client.
      if (!response.body || response.webSocket || !isTextual(type)) {
        answer = new Taking();
        return respond(response);
      }
      const [toClient, toUs] = response.body.tee();
      answer = new Taking(toUs);
      respond(new Response(toClient, response));
    },
    write: async () => {
      // Refused by us: nothing went by.
      if (!answer) return;
      try {
        const asked = askedOf(call);
        const json = asked.kind === "json" ? asked.bytes : null;
        const request = json && {
          type: "application/json",
          raw: json.subarray(0, MAX_KEPT_BYTES),
          bytes: json.byteLength,
        };
        const taken = await answer.taken();
        await writeBodies(
          archive,
          env.METERR_MASTER_KEY,
          { tenant: call.grant.tenant, id: call.id, until: bodiesUntil },
          { request: request && keptBody(request, rules), response: keptBody({ type, ...taken }, rules) },
        );
      } catch (cause) {
        console.error(
          JSON.stringify({ level: "error", request: call.id, message: `bodies not kept: ${String(cause)}` }),
        );
      }
    },
  };
}

/** Of what comes late, once all is over: a client that left leaves a stream that never ends. */
const PATIENCE_MS = 1_000;

/** Reads a stream to its end, and has its beginning. */
class Taking {
  readonly #chunks: Uint8Array<ArrayBuffer>[] = [];
  readonly #end: Promise<void>;
  #bytes = 0;
  #kept = 0;

  constructor(stream?: ReadableStream<Uint8Array>) {
    this.#end = stream ? this.#read(stream) : Promise.resolve();
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    const reader = stream.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        this.#bytes += value.byteLength;
        if (this.#kept >= MAX_KEPT_BYTES) continue;
        const part = value.slice(0, MAX_KEPT_BYTES - this.#kept);
        this.#chunks.push(part);
        this.#kept += part.byteLength;
      }
    } catch {
      // Broken off: what came is what there is.
    }
  }

  /** What came, once it has ended, or nothing more will come. */
  async taken(): Promise<{ raw: Uint8Array; bytes: number }> {
    await Promise.race([this.#end, scheduler.wait(PATIENCE_MS)]);
    return { raw: new Uint8Array(await new Blob(this.#chunks).arrayBuffer()), bytes: this.#bytes };
  }
}
