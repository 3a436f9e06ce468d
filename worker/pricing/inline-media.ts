/** Media that a JSON body carries by value, in base64: their bytes are no text, so they are not counted as such. */

export interface InlineMedia {
  /** Characters of base64, all media together. */
  bytes: number;
  /** Audio parts, and the most tokens that they can make. */
  audioCount: number;
  audioTokens: number;
}

/** Fields whose text is base64 where a field beside it names what it is. */
const DATA_FIELDS: ReadonlySet<string> = new Set([
  "data",
  "bytes",
  "b64_json",
  "file_data",
  "image",
  "bytesBase64Encoded",
]);
const TYPE_FIELDS = ["mime_type", "mimeType", "media_type", "mediaType", "format"] as const;
/**
 * Where the formats keep their contents, from the body down: all else (a tool's arguments and results as JSON, schemas, texts) is text
 * for the model, whatever its fields are called.
 */
const TOP: ReadonlySet<string> = new Set([
  "messages",
  "system",
  "input",
  "inputs",
  "contents",
  "content",
  "systemInstruction",
  "system_instruction",
  "requests",
  "instances",
  "images",
  "mask",
]);
const BELOW: ReadonlySet<string> = new Set([
  ...["content", "contents", "parts", "output", "systemInstruction", "system_instruction"],
  ...["functionResponse", "function_response", "inlineData", "inline_data", "source", "image", "images", "video"],
  ...["image_url", "input_audio", "audio_url", "video_url", "document_url", "file"],
]);
/** Whose text may be a `data:` URL. */
const URL_FIELDS: ReadonlySet<string> = new Set([
  ...["url", "image_url", "audio_url", "video_url", "document_url", "file_data", "file_url", "images", "image", "mask"],
]);
const DATA_URL = /^data:([a-z0-9.+-]+\/[a-z0-9.+-]+)?[^,]{0,256};base64,/i;
/** What is at most this long is left among the text. */
const SHORTEST = 64;
/** Deeper than any API's requests. */
const MAX_DEPTH = 64;
/**
 * Gemini makes 32 tokens of a second, the most that is known. MP3 has 1,000 bytes a second at least, WAV with speech 8,000: one token
 * for 16 characters is more than they make. Codecs that shrink silence to nothing get a token a character.
 */
const STEADY_CHARS_PER_TOKEN = 16;

/** Finds the media of a parsed JSON body, where its format has them. Linear in its size. */
export function inlineMediaOf(body: unknown): InlineMedia {
  const found: InlineMedia = { bytes: 0, audioCount: 0, audioTokens: 0 };
  if (typeof body === "object" && body !== null && !Array.isArray(body)) walkFields(body, TOP, found, 0);
  return found;
}

function walkFields(fields: object, into: ReadonlySet<string>, found: InlineMedia, depth: number): void {
  for (const [name, item] of Object.entries(fields)) {
    if (typeof item === "string") {
      if (URL_FIELDS.has(name) && countUrl(item, found)) continue;
      if (DATA_FIELDS.has(name)) countData(item, typeBeside(fields as Record<string, unknown>), found);
    } else if (into.has(name)) walk(name, item, found, depth);
  }
}

function walk(name: string, value: unknown, found: InlineMedia, depth: number): void {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return;
  if (!Array.isArray(value)) {
    walkFields(value, BELOW, found, depth + 1);
    return;
  }
  for (const item of value) {
    if (typeof item !== "string") walk(name, item, found, depth + 1);
    else if (URL_FIELDS.has(name)) countUrl(item, found);
  }
}

/** The MIME type or format that an object names beside its data. */
function typeBeside(fields: Record<string, unknown>): string | null {
  for (const name of TYPE_FIELDS) {
    const type = fields[name];
    if (typeof type === "string") return type;
  }
  return null;
}

function countUrl(text: string, found: InlineMedia): boolean {
  if (text.length < SHORTEST || !text.startsWith("data:")) return false;
  const match = DATA_URL.exec(text.slice(0, 512));
  if (!match) return false;
  countData(text.slice(match[0].length), match[1] ?? "", found);
  return true;
}

const BASE64 = /^[A-Za-z0-9+/_=-]*$/;
const AUDIO = /^audio\/|^(wav|mp3|flac|opus|pcm16|aac|ogg|m4a|webm)$/i;
const STEADY = /wav|mp3|mpeg|pcm/i;

function countData(text: string, type: string | null, found: InlineMedia): void {
  // Plain text may stand in such fields (a `text/plain` source): it is text, and stays so.
  if (type === null || text.length < SHORTEST || /^text\//i.test(type) || !BASE64.test(text)) return;
  found.bytes += text.length;
  if (AUDIO.test(type)) {
    found.audioCount += 1;
    found.audioTokens += isSteady(type, text) ? Math.ceil(text.length / STEADY_CHARS_PER_TOKEN) : text.length;
  }
}

/** Whether its bytes a second are known: as it begins, since providers read what it is and not what it is called. */
function isSteady(type: string, base64: string): boolean {
  if (!STEADY.test(type)) return false;
  if (/pcm/i.test(type)) return true;
  const head = headOf(base64);
  if (/wav/i.test(type)) return isPlainWave(head);
  // MP3 begins with a frame, or with its tags.
  return (head[0] === 0xff && ((head[1] ?? 0) & 0xe0) === 0xe0) || ascii(head, 0, "ID3");
}

const LEAST_SAMPLES_PER_SECOND = 8_000;
/** Samples as they are, whole, of floats, or of many channels. What is packed inside a WAVE file may be of any length. */
const PLAIN_FORMATS: ReadonlySet<number> = new Set([1, 3, 6, 7, 0xfffe]);

/** A WAVE file is chunks; the one that tells how it is sampled stands near the beginning. */
function isPlainWave(head: Uint8Array): boolean {
  if (!ascii(head, 0, "RIFF") || !ascii(head, 8, "WAVE")) return false;
  const view = new DataView(head.buffer);
  let at = 12;
  while (at + 16 <= head.length && !ascii(head, at, "fmt ")) {
    const length = view.getUint32(at + 4, true);
    at += 8 + length + (length % 2);
  }
  if (at + 16 > head.length) return false;
  return PLAIN_FORMATS.has(view.getUint16(at + 8, true)) && view.getUint32(at + 12, true) >= LEAST_SAMPLES_PER_SECOND;
}

const ascii = (bytes: Uint8Array, from: number, text: string): boolean =>
  [...text].every((character, at) => bytes[from + at] === character.charCodeAt(0));

/** More than what stands before a file's sound. */
const HEAD_CHARS = 4_096;

/** The first bytes of a text in base64. */
function headOf(base64: string): Uint8Array {
  const text = base64.slice(0, HEAD_CHARS).replace(/=.*/s, "").replaceAll("-", "+").replaceAll("_", "/");
  const whole = text.slice(0, text.length - (text.length % 4));
  return Uint8Array.from(atob(whole), (character) => character.charCodeAt(0));
}
