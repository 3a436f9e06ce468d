/** A provider's answers as the client's. */
import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import type { Client, Head, Piece } from "./client.ts";
import { failureIn, headersAs, noAnswer } from "./failures.ts";
import { Pieces, piecesOf } from "./pieces.ts";
import { readStream, readWhole } from "./provider.ts";
import type { Chunks, ClientRequest, ProviderSide, Translation } from "./types.ts";

export interface Answering {
  client: Client;
  asked: ClientRequest;
  side: ProviderSide;
  options: LanguageModelV4CallOptions;
  headers: ReadonlyMap<string, string>;
  dropped: readonly string[];
}

export function answers(of: Answering): Translation {
  const head = (model: string | undefined): Head => ({
    id: crypto.randomUUID().replaceAll("-", ""),
    model: model || of.side.model,
    createdSeconds: Math.floor(Date.now() / 1000),
    asked: of.asked.body,
    asEvents: of.asked.asEvents,
  });
  return {
    headers: of.headers,
    dropped: of.dropped,
    whole: async (response) => {
      try {
        const result = await readWhole(of.side, of.options, new Uint8Array(await response.arrayBuffer()));
        const json = of.client.whole(piecesOf(result), head(result.response?.modelId));
        return new Response(JSON.stringify(json), {
          status: response.status,
          headers: headersAs(response, "application/json"),
        });
      } catch (cause) {
        return noAnswer(of.client.error, response, cause);
      }
    },
    stream: (response, chunks) => {
      const from = chunks ?? (response.body as ReadableStream<Uint8Array>).getReader();
      const type = of.asked.asEvents ? "text/event-stream; charset=utf-8" : "application/json";
      return new Response(streamOf(of, from, head), {
        status: response.status,
        headers: headersAs(response, type),
      });
    },
    failure: (response) => failureIn(of.client.error, response),
  };
}

/** What each read of the provider's bytes makes, as soon as it is there, and in one write. */
function streamOf(of: Answering, from: Chunks, headFor: (model?: string) => Head): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const pieces = new Pieces();
  const supply = new Supply(from);
  let model: string | undefined;
  let writer: ReturnType<Client["writer"]> | null = null;
  let reader: ReadableStreamDefaultReader<LanguageModelV4StreamPart> | null = null;
  let next: ReturnType<ReadableStreamDefaultReader<LanguageModelV4StreamPart>["read"]> | null = null;
  const written = (all: readonly Piece[]): string => {
    if (all.length === 0) return "";
    // The model that answers is told before its first word.
    writer ??= of.client.writer(headFor(model));
    return all.map((piece) => writer?.write(piece) ?? "").join("");
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      let text = "";
      try {
        reader ??= (await readStream(of.side, of.options, supply)).stream.getReader();
        for (;;) {
          next ??= reader.read();
          const part = text === "" ? await next : await Promise.race([next, supply.usedUp]);
          if (part === USED_UP) {
            // Whether it fails is told to whoever pulls next.
            next.catch(() => {});
            controller.enqueue(encoder.encode(text));
            return;
          }
          next = null;
          if (part.done) break;
          if (part.value.type === "response-metadata") model = part.value.modelId ?? model;
          text += written(pieces.take(part.value));
        }
      } catch {
        // Broken: the end says so.
      }
      text += written(pieces.end());
      writer ??= of.client.writer(headFor(model));
      controller.enqueue(encoder.encode(text + writer.end()));
      controller.close();
    },
    async cancel(reason) {
      await (reader ?? from).cancel(reason);
    },
  });
}

const USED_UP: unique symbol = Symbol("used up");

/** A provider's bytes, and whether all that was read of them has been made use of: then somebody asks for more. */
class Supply implements Chunks {
  readonly #from: Chunks;
  #usedUp = Promise.withResolvers<typeof USED_UP>();

  constructor(from: Chunks) {
    this.#from = from;
  }

  /** Resolves once more is asked for than was read so far. */
  get usedUp(): Promise<typeof USED_UP> {
    return this.#usedUp.promise;
  }

  async read() {
    this.#usedUp.resolve(USED_UP);
    const result = await this.#from.read();
    this.#usedUp = Promise.withResolvers();
    return result;
  }

  cancel(reason?: unknown): Promise<void> {
    return this.#from.cancel(reason);
  }
}
