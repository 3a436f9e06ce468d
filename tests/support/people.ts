/** People of a running system: invited, signed in, each in a browser of their own. */
import type { Browser, BrowserContextOptions } from "playwright-core";
import { openPage, type Watched } from "./browser.ts";
import type { System } from "./system.ts";
import { api } from "./tenant.ts";

export const PASSWORD = "correct horse battery";

let addresses = 0;
/** Each from an address of its own: what holds off who tries too often is tested where it is meant. */
export const newAddress = (): Record<string, string> => ({ "cf-connecting-ip": `198.51.100.${++addresses}` });

/** Invites `email` and answers where the link leads. */
export async function invite(system: System, email: string, role: string): Promise<string> {
  const { json } = await api<{ link: string }>(system, "POST", `/tenants/${system.tenant}/invitations`, {
    email,
    role,
  });
  return json.link;
}

/** A new member's session, as a `cookie` header. */
export async function newMember(system: System, email: string, role: string): Promise<string> {
  const token = new URL(await invite(system, email, role)).searchParams.get("token");
  const response = await fetch(`${system.url}/api/v1/invitations/accept`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: system.url, ...newAddress() },
    body: JSON.stringify({ token, name: email.split("@")[0], password: PASSWORD }),
  });
  if (!response.ok) throw new Error(`not accepted: ${await response.text()}`);
  return response.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
}

/** A browser in which the session of `cookie` is open, or nobody's. */
export async function openBrowser(
  browser: Browser,
  system: System,
  { cookie = "", ...options }: BrowserContextOptions & { cookie?: string } = {},
): Promise<Watched> {
  const watched = await openPage(browser, { ...options, extraHTTPHeaders: newAddress() });
  for (const pair of cookie.split("; ").filter((each) => each !== "")) {
    const at = pair.indexOf("=");
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    await watched.page.context().addCookies([{ name, value, url: system.url, httpOnly: true, sameSite: "Lax" }]);
  }
  watched.page.setDefaultTimeout(10_000);
  return watched;
}
