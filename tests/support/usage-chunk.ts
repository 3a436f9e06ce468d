/** What is added to a chat stream's request, and taken out of its answer again, where the client asked for no usage. */

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

/** Whether the provider got what was sent and, besides, the question for usage; false where it got just what was sent. */
export function usageWasAsked(sent: Uint8Array, received: Uint8Array): boolean {
  if (Buffer.compare(sent, received) === 0) return false;
  const { stream_options: options, ...rest } = JSON.parse(text(received));
  const { stream_options: own, ...sentRest } = JSON.parse(text(sent));
  const same = JSON.stringify(rest) === JSON.stringify(sentRest);
  const asked = JSON.stringify({ ...own, include_usage: true }) === JSON.stringify(options);
  if (same && asked) return true;
  throw new Error(`the provider got other bytes than were sent: ${text(received).slice(0, 500)}`);
}

/** An answer without the chunk that tells the usage and nothing else. */
export const withoutUsageChunk = (bytes: Uint8Array): Uint8Array =>
  Buffer.from(
    text(bytes)
      .split(/(?<=\n\n|\r\n\r\n)/)
      .filter((event) => !(/"choices":\s*\[\]/.test(event) && /"usage":\s*\{/.test(event)))
      .join(""),
    "utf8",
  );
