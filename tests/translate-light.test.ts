/**
 * The build gives the provider packages streams of our own (`worker/translate/light-streams.ts`); other tests run them with the
 * runtime's. Both have to make the same of every recorded stream.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lightStreams } from "../scripts/build-worker.ts";
import { translate } from "../worker/translate/index.ts";
import type { Conversation } from "../worker/translate/types.ts";
import { BASES } from "./support/documented.ts";
import { type Recording, readRecordings, recordingsPresent, responseBytes } from "./support/recordings.ts";
import { SIDES } from "./support/translated.ts";

const ENDPOINTS: Readonly<Record<string, Conversation>> = {
  "chat.completions": "chat",
  responses: "responses",
  messages: "messages",
  streamGenerateContent: "gemini",
};

/** Bytes of a read, so that events and characters lie across reads. */
const READ_BYTES = 700;

let folder: string;
let light: { translate: typeof translate };

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "meterr-light-"));
  const outfile = join(folder, "translate.mjs");
  await build({
    entryPoints: ["worker/translate/index.ts"],
    outfile,
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2024",
    plugins: [lightStreams],
    logLevel: "error",
  });
  light = await import(pathToFileURL(outfile).href);
});

afterAll(() => rmSync(folder, { recursive: true }));

function inReads(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.byteLength) return controller.close();
      controller.enqueue(bytes.slice(at, at + READ_BYTES));
      at += READ_BYTES;
    },
  });
}

async function streamed(by: typeof translate, client: Conversation, recording: Recording): Promise<string> {
  const dialect = ENDPOINTS[recording.endpoint] as Conversation;
  const side = { ...SIDES[dialect], name: recording.provider };
  const body = { ...BASES[client], stream: true };
  const made = await by({ dialect: client, body, stream: true, asEvents: true }, [side], "refuse");
  if (!made.ok) throw new Error(made.error.message);
  const headers = { "content-type": "text/event-stream" };
  const answer = made.value.translation.stream(new Response(inReads(responseBytes(recording)), { headers }));
  // Ids are new each time, and so is the time.
  const news = /[0-9a-f]{32}|"created(?:_at)?":\d+|(?<="id":")[A-Za-z0-9]{16}(?=["_])/g;
  return (await answer.text()).replace(news, "");
}

const said = (content: string) =>
  `data: ${JSON.stringify({ id: "c", model: "m", choices: [{ index: 0, delta: { content } }] })}\n\n`;

test("what one read of the provider's stream holds goes on in one write, and does not wait for the next", async () => {
  const side = { ...SIDES.chat, name: "mistral" };
  const asked = {
    dialect: "messages",
    body: { ...BASES.messages, stream: true },
    stream: true,
    asEvents: true,
  } as const;
  const made = await light.translate(asked, [side], "refuse");
  if (!made.ok) throw new Error(made.error.message);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const provider = writable.getWriter();
  const client = made.value.translation.stream(new Response(readable)).body?.getReader();
  const send = (text: string) => void provider.write(new TextEncoder().encode(text));
  const words = async () =>
    [...new TextDecoder().decode((await client?.read())?.value).matchAll(/"text":"(\w+)"/g)].map(([, word]) => word);
  send(said("one") + said("two") + said("three"));
  expect(await words()).toEqual(["one", "two", "three"]);
  send(said("four"));
  expect(await words()).toEqual(["four"]);
  await client?.cancel();
});

describe.skipIf(!recordingsPresent)("recorded streams", () => {
  // Two clients see the streams of all four sides.
  test.each(["chat", "messages"] as const)(
    "are the same for clients of %s by both kinds of streams",
    async (client) => {
      const all = readRecordings().filter(
        ({ endpoint, stream, response }) =>
          stream && response.status < 300 && ENDPOINTS[endpoint] !== undefined && ENDPOINTS[endpoint] !== client,
      );
      expect(all.length).toBeGreaterThan(50);
      const differing: string[] = [];
      for (const recording of all) {
        const [own, other] = [
          await streamed(translate, client, recording),
          await streamed(light.translate, client, recording),
        ];
        if (own !== other) differing.push(recording.id);
      }
      expect(differing).toEqual([]);
    },
  );
});
