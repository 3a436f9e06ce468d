/** What `npm start` prints once the system serves. */

export interface BannerFacts {
  url: string;
  signInUrl: string;
  testKey: string;
  /** The operator's token is in this file; null where the environment gave it. */
  adminTokenFile: string | null;
  state: string;
}

/** Lines are aligned, and the curl stands alone at the margin, so that it pastes as it is. */
export function banner({ url, signInUrl, testKey, adminTokenFile, state }: BannerFacts, colours: boolean): string {
  const paint = (code: number, text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
  const row = (name: string, value: string, note = "") =>
    `  ${paint(2, name.padEnd(11))}${value}${note === "" ? "" : paint(2, `  ${note}`)}`;
  return [
    "",
    `  ${paint(1, "meterr")}  ${paint(32, "serving")} ${url}`,
    "",
    row("Dashboard", signInUrl),
    row("", paint(2, "signs you in, once")),
    row("Test key", testKey, "sandbox only, costs nothing"),
    row("Operator", adminTokenFile ?? "METERR_ADMIN_TOKEN", "token for /api/v1"),
    row("State", state),
    "",
    `  ${paint(2, "Try it:")}`,
    "",
    `curl ${url}/openai/v1/chat/completions -H "Authorization: Bearer ${testKey}" -H "Content-Type: application/json" -d '{"model":"gpt-5-mini","messages":[{"role":"user","content":"Hello"}]}'`,
    "",
    "",
  ].join("\n");
}
