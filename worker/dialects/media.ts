/** `images`, `speech`, `transcription`: OpenAI's media endpoints, JSON or multipart. */
import { arrayIn, countIn, type JsonObject, objectIn, stringIn } from "../core/json.ts";
import { NO_TOKENS } from "../core/usage.ts";
import { readChunk } from "./chat.ts";
import { NO_FACTS } from "./facts.ts";
import { meterOf } from "./meter.ts";
import { imageUsageIn, readOpenAiUsage } from "./openai-usage.ts";
import type { Dialect, Reading, RequestFacts } from "./types.ts";

const base = (body: JsonObject): RequestFacts => ({
  ...NO_FACTS,
  model: stringIn(body, "model"),
  stream: body.stream === true || body.stream === "true",
  // A form's fields are text.
  choices: Math.max(1, (typeof body.n === "number" || typeof body.n === "string" ? Number(body.n) : 1) || 1),
});
const everyEvent = { wants: () => true, doneMarker: "[DONE]" };

/** Streams end in `image_generation.completed` with the usage. */
export const images: Dialect = {
  name: "images",
  facts: (body) => {
    // In JSON by address or id; a form carries them as files.
    const images = arrayIn(body, "images").length + (body.mask === undefined ? 0 : 1);
    return { ...base(body), media: { ...NO_FACTS.media, images }, unboundedBy: "image generation" };
  },
  meter: () => meterOf({ ...everyEvent, read: readImages }),
  textOf: () => "",
  capPath: () => null,
};

/** Streams end in `transcript.text.done` with the usage. */
export const transcription: Dialect = {
  name: "transcription",
  facts: (body) => ({ ...base(body), unboundedBy: "audio of unknown length" }),
  meter: () => meterOf({ ...everyEvent, read: readMedia }),
  textOf: (json) => stringIn(json, "delta") ?? "",
  capPath: () => null,
};

/** The answer is sound: nothing in it tells what it cost. */
export const speech: Dialect = {
  name: "speech",
  facts: (body) => ({
    ...base(body),
    unboundedBy: "generated audio of unknown length",
  }),
  meter: () => meterOf({ ...everyEvent, read: readMedia }),
  textOf: () => "",
  capPath: () => null,
};

/** Images, and the drawings that yet another model made of them. */
function readImages(json: JsonObject): Partial<Reading> {
  const reading = readMedia(json);
  const tokens = reading.reported && imageUsageIn(objectIn(json, "usage"));
  if (!reading.reported || !tokens) return reading;
  const drawings = readOpenAiUsage(objectIn(json, "svg_usage"))?.tokens;
  const model = stringIn(objectIn(json, "svg_usage"), "model");
  const byModel =
    drawings && model
      ? [
          { model: null, tokens },
          { model, tokens: drawings },
        ]
      : null;
  return { ...reading, reported: { ...reading.reported, tokens, byModel } };
}

function readMedia(json: JsonObject): Partial<Reading> {
  const reading = readChunk(json);
  const seconds = countIn(json, "duration");
  const type = stringIn(json, "type") ?? "";
  return {
    ...reading,
    // Whisper's verbose answers tell the length of the audio without a usage object.
    reported:
      reading.reported ??
      (seconds !== null && typeof json.text === "string"
        ? {
            tokens: NO_TOKENS,
            units: { seconds },
            costUsd: null,
            byModel: null,
          }
        : null),
    finished: reading.finished || /\.(?:completed|done)$/.test(type),
  };
}
