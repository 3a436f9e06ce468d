/** OpenAI's audio, image and file endpoints: small valid bodies, with the usage that goes with them. */
import { type Context, DONE_EVENT, dataEvent, eventHeaders, jsonHeaders } from "./context.ts";
import type { RestResult } from "./embeddings.ts";
import { failure, missing } from "./failures.ts";
import { CREATED_SECONDS } from "./ids.ts";
import { asCount, asText } from "./json.ts";
import { chunksOf } from "./play.ts";
import { plain, streamed } from "./reply.ts";
import { countTokens } from "./tokenizer.ts";

/** 16 kHz of 16 bits, one channel: what a second of a recording is taken to be. */
const BYTES_PER_SECOND = 32_000;
const AUDIO_TOKENS_PER_SECOND = 10;
const TRANSCRIPT = "This is the meterr sandbox, and this is what it heard.";
/** A transparent pixel. */
const PIXEL_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
/** What OpenAI bills for a square picture, by quality. */
const IMAGE_TOKENS: Record<string, number> = { low: 272, medium: 1056, high: 4160, auto: 1056 };
const MAX_IMAGES = 10;

/** `/audio/transcriptions` and `/audio/translations`: a form with a file. */
export function transcription(context: Context, form: FormData | null): RestResult {
  const file = form?.get("file");
  if (!form || !(file instanceof Blob)) return { ok: false, failure: missing("file") };
  if (context.model === "") return { ok: false, failure: missing("model") };
  const seconds = Math.max(1, Math.ceil(file.size / BYTES_PER_SECOND));
  const format = String(form.get("response_format") ?? "json");
  if (["text", "srt", "vtt"].includes(format)) {
    const clock = (separator: string): string => `00:00:00${separator}000 --> 00:00:01${separator}000`;
    const body = {
      text: TRANSCRIPT,
      srt: `1\n${clock(",")}\n${TRANSCRIPT}\n`,
      vtt: `WEBVTT\n\n${clock(".")}\n${TRANSCRIPT}\n`,
    };
    const headers = { ...jsonHeaders(context), "content-type": "text/plain; charset=utf-8" };
    return { ok: true, reply: plain(200, headers, `${body[format as keyof typeof body]}\n`) };
  }
  const usage = transcriptionUsage(context.model, seconds);
  if (form.get("stream") === "true" && context.model !== "whisper-1") {
    const deltas = chunksOf(TRANSCRIPT, {}).map((delta) => dataEvent({ type: "transcript.text.delta", delta }));
    const done = dataEvent({ type: "transcript.text.done", text: TRANSCRIPT, usage });
    return { ok: true, reply: streamed(eventHeaders(context), [...deltas, done, DONE_EVENT]) };
  }
  const verbose = { task: "transcribe", language: "english", duration: seconds, segments: [] };
  const answer = { ...(format === "verbose_json" ? verbose : {}), text: TRANSCRIPT, usage };
  return { ok: true, reply: plain(200, jsonHeaders(context), JSON.stringify(answer)) };
}

/** Whisper is billed by the second, its successors by the token. */
function transcriptionUsage(model: string, seconds: number): object {
  if (model.startsWith("whisper")) return { type: "duration", seconds };
  const input = seconds * AUDIO_TOKENS_PER_SECOND;
  const output = countTokens(TRANSCRIPT);
  return {
    type: "tokens",
    total_tokens: input + output,
    input_tokens: input,
    input_token_details: { text_tokens: 0, audio_tokens: input },
    output_tokens: output,
  };
}

/** `/audio/speech`: a moment of silence, in the format that was asked for. OpenAI reports no usage here. */
export function speech(context: Context): RestResult {
  const { body, model } = context;
  if (model === "") return { ok: false, failure: missing("model") };
  if (asText(body.input) === "") return { ok: false, failure: missing("input") };
  const format = asText(body.response_format) || "mp3";
  const sound = { mp3: silentMp3, wav: silentWav, pcm: () => new Uint8Array(2 * SILENT_SAMPLES) }[format];
  if (!sound) {
    const message = `The sandbox speaks mp3, wav and pcm, not '${format}'.`;
    return { ok: false, failure: failure("invalid", { param: "response_format", message }) };
  }
  const type = { mp3: "audio/mpeg", wav: "audio/wav", pcm: "audio/pcm" }[format] ?? "audio/mpeg";
  return { ok: true, reply: plain(200, { ...jsonHeaders(context), "content-type": type }, sound()) };
}

/** A tenth of a second at 24 kHz. */
const SILENT_SAMPLES = 2_400;
const SAMPLE_RATE = 24_000;

function silentWav(): Uint8Array {
  const dataBytes = 2 * SILENT_SAMPLES;
  const wav = new Uint8Array(44 + dataBytes);
  const view = new DataView(wav.buffer);
  const ascii = (at: number, text: string): void => {
    for (let i = 0; i < text.length; i++) wav[at + i] = text.charCodeAt(i);
  };
  ascii(0, "RIFF");
  view.setUint32(4, 36 + dataBytes, true);
  ascii(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, SAMPLE_RATE, true);
  view.setUint32(28, 2 * SAMPLE_RATE, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  ascii(36, "data");
  view.setUint32(40, dataBytes, true);
  return wav;
}

/** Frames of MPEG 1 layer 3, 128 kbit/s, 44.1 kHz: a header, and no data is silence. */
function silentMp3(): Uint8Array {
  const frameBytes = 417;
  const mp3 = new Uint8Array(4 * frameBytes);
  for (let at = 0; at < mp3.length; at += frameBytes) mp3.set([0xff, 0xfb, 0x90, 0xc4], at);
  return mp3;
}

/** `/images/generations`: a pixel, billed as a picture. */
export function images(context: Context): RestResult {
  const { body, model } = context;
  const prompt = asText(body.prompt);
  if (prompt === "") return { ok: false, failure: missing("prompt") };
  const count = Math.min(Math.max(asCount(body.n) ?? 1, 1), MAX_IMAGES);
  const data = Array.from({ length: count }, () => ({ b64_json: PIXEL_PNG }));
  if (!model.startsWith("gpt-image")) {
    const answer = { created: CREATED_SECONDS, data };
    return { ok: true, reply: plain(200, jsonHeaders(context), JSON.stringify(answer, null, 2)) };
  }
  const quality = Object.hasOwn(IMAGE_TOKENS, asText(body.quality)) ? asText(body.quality) : "medium";
  const input = countTokens(prompt);
  const output = (IMAGE_TOKENS[quality] ?? 0) * count;
  const answer = {
    created: CREATED_SECONDS,
    background: "opaque",
    data,
    output_format: "png",
    quality: quality === "auto" ? "medium" : quality,
    size: "1024x1024",
    usage: {
      input_tokens: input,
      input_tokens_details: { image_tokens: 0, text_tokens: input },
      output_tokens: output,
      output_tokens_details: { image_tokens: output, text_tokens: 0 },
      total_tokens: input + output,
    },
  };
  return { ok: true, reply: plain(200, jsonHeaders(context), JSON.stringify(answer, null, 2)) };
}

/** `POST /files`. The file is not kept. */
export function fileUpload(context: Context, form: FormData | null): RestResult {
  const file = form?.get("file");
  if (!form || !(file instanceof Blob)) return { ok: false, failure: missing("file") };
  const answer = {
    object: "file",
    id: `file-${context.ids.text(22)}`,
    purpose: String(form.get("purpose") ?? "user_data"),
    filename: file instanceof File ? file.name : "file",
    bytes: file.size,
    created_at: CREATED_SECONDS,
    expires_at: null,
    status: "processed",
    status_details: null,
  };
  return { ok: true, reply: plain(200, jsonHeaders(context), JSON.stringify(answer, null, 2)) };
}
