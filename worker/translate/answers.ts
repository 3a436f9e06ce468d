/** A provider's answers as the client's. */
import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { Client, Head, Piece } from "./client.ts";
import { failureIn, headersAs, noAnswer } from "./failures.ts";
import { Pieces, piecesOf } from "./pieces.ts";
import { type PartReader, type Prepared, prepareStream } from "./prepared-stream.ts";
import { readWhole } from "./provider.ts";
import type { OwnNames } from "./tool-names.ts";
import type { Chunks, ClientRequest, ProviderSide, Translation } from "./types.ts";

export interface Answering {
  client: Client;
  asked: ClientRequest;
  side: ProviderSide;
  options: LanguageModelV4CallOptions;
  headers: ReadonlyMap<string, string>;
  dropped: readonly string[];
  ownNames: OwnNames | null;
}

export function answers(of: Answering): Translation {
  const head = (model: string | undefined): Head => ({
    id: crypto.randomUUID().replaceAll("-", ""),
    model: model || of.side.model,
    createdSeconds: Math.floor(Date.now() / 1000),
    asked: of.asked.body,
    asEvents: of.asked.asEvents,
  });
  /** For the answer that is waited for. */
  let prepared: Prepared | null = null;
  let isAnswered = false;
  return {
    headers: of.headers,
    dropped: of.dropped,
    whole: async (response) => {
      try {
        const result = await readWhole(of.side, of.options, new Uint8Array(await response.arrayBuffer()));
        const json = of.client.whole(piecesOf(result).map(named(of.ownNames)), head(result.response?.modelId));
        return new Response(JSON.stringify(json), {
          status: response.status,
          headers: headersAs(response, "application/json"),
        });
      } catch (cause) {
        return noAnswer(of.client.error, response, cause);
      }
    },
    prepare: async () => {
      if (!of.asked.stream) return;
      // Until this yields, the runtime has not sent the request.
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
      if (!isAnswered) prepared ??= prepareStream(of);
    },
    stream: (response, chunks) => {
      const from = chunks ?? (response.body as ReadableStream<Uint8Array>).getReader();
      const type = of.asked.asEvents ? "text/event-stream; charset=utf-8" : "application/json";
      isAnswered = true;
      const ready = prepared ?? prepareStream(of);
      prepared = null;
      return new Response(streamOf(of, from, ready, head), {
        status: response.status,
        headers: headersAs(response, type),
      });
    },
    failure: (response) => failureIn(of.client.error, response),
  };
}

/** Pieces with the client's own names of its tools. */
const named =
  (ownNames: OwnNames | null) =>
  (piece: Piece): Piece =>
    ownNames && piece.type === "tool" ? { ...piece, name: ownNames.get(piece.name) ?? piece.name } : piece;

/** What each read of the provider's bytes makes, as soon as it is there, and in one write. */
function streamOf(
  of: Answering,
  from: Chunks,
  { reading, supply }: Prepared,
  headFor: (model?: string) => Head,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const pieces = new Pieces();
  const own = named(of.ownNames);
  let model: string | undefined;
  let writer: ReturnType<Client["writer"]> | null = null;
  let reader: PartReader | null = null;
  let to: ReadableStreamDefaultController<Uint8Array> | null = null;
  let text = "";
  const flush = () => {
    if (text === "") return;
    to?.enqueue(encoder.encode(text));
    text = "";
  };
  const written = (all: readonly Piece[]): string => {
    if (all.length === 0) return "";
    // The model that answers is told before its first word.
    writer ??= of.client.writer(headFor(model));
    return all.map((piece) => writer?.write(own(piece)) ?? "").join("");
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      to = controller;
      try {
        if (!reader) {
          supply.connect(from, flush);
          reader = await reading;
        }
        for (;;) {
          const { done, value } = await reader.read();
          if (done) break;
          if (value.type === "response-metadata") model = value.modelId ?? model;
          text += written(pieces.take(value));
          // A client that does not keep up is waited for.
          if (text !== "" && (controller.desiredSize ?? 0) <= 0) return flush();
        }
      } catch {
        // Broken: the end says so.
      }
      text += written(pieces.end());
      writer ??= of.client.writer(headFor(model));
      text += writer.end();
      flush();
      controller.close();
    },
    async cancel(reason) {
      await (reader ?? from).cancel(reason);
    },
  });
}
