/** Sinks in words. */
import type { SinkType } from "../../api/types.ts";

export const SINK_TITLES: Record<SinkType, string> = { otlp: "OpenTelemetry", webhook: "Webhook", r2: "Bucket" };

/** Lines of `Name: value` as headers; or the first line that is none. */
export function headersOf(text: string): { headers: Record<string, string> } | { wrong: string } {
  const headers: Record<string, string> = {};
  for (const line of text.split("\n").map((each) => each.trim())) {
    if (line === "") continue;
    const at = line.indexOf(":");
    if (at < 1) return { wrong: line };
    headers[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  return { headers };
}
