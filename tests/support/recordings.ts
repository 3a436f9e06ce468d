/** The recorded provider exchanges that tests replay; they live beside the repository and may be absent. */
import { existsSync, readFileSync } from "node:fs";

const FILE = new URL("../../../shared/recordings/visible.jsonl", import.meta.url);

/** One recorded exchange; its README beside the file says what each field means. */
export interface Recording {
  id: string;
  provider: string;
  endpoint: string;
  stream: boolean;
  fidelity: string;
  tags: string[];
  request: {
    method: string;
    url: string;
    headers: Record<string, string>;
    body?: unknown;
    body_encoding?: "base64";
    form?: Record<string, unknown>;
  };
  response: {
    status: number;
    headers: Record<string, string>;
    body: string;
    body_encoding?: "base64";
  };
  expected: {
    model: string | null;
    input_tokens: number | null;
    cached_input_tokens: number | null;
    cache_write_tokens: number | null;
    output_tokens: number | null;
    reasoning_tokens: number | null;
  };
  expected_extra: Record<string, unknown>;
  usage_raw: unknown;
}

export const recordingsPresent = existsSync(FILE);

/** All recorded exchanges; none where the folder is absent. */
export function readRecordings(): Recording[] {
  if (!recordingsPresent) return [];
  return readFileSync(FILE, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Recording);
}

/** The bytes of a recorded response's body. */
export const responseBytes = (recording: Recording): Uint8Array =>
  recording.response.body_encoding === "base64"
    ? Buffer.from(recording.response.body, "base64")
    : Buffer.from(recording.response.body, "utf8");
