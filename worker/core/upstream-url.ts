/**
 * Which addresses a tenant may name as an upstream. A gateway that fetches what its tenants type is a way into the
 * network that it runs in, so everything that is not plainly public is refused. A public name that resolves to a private
 * address is not seen here: Cloudflare has no route to one, and workerd filters resolved addresses by its `network`.
 */

type CheckedUrl =
  /** The address as it will be used: normalized; an upstream's without a slash at its end. */
  | { ok: true; url: string }
  /** For a person; begins after the field's name: "must be …". */
  | { ok: false; reason: string };

const MAX_LENGTH = 2_048;

/** Suffixes that never resolve publicly, or that networks use for themselves. */
const PRIVATE_SUFFIXES = [
  "localhost",
  "localdomain",
  "local",
  "internal",
  "intranet",
  "private",
  "lan",
  "home",
  "corp",
  "home.arpa",
  "onion",
  "test",
  "invalid",
];

/** Network and prefix length of IPv4 that is not public unicast (IANA's special-purpose registry). */
const PRIVATE_V4: readonly [string, number][] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

/**
 * Checks an upstream's origin or base URL. With `allowPrivate` any host is fine, and plain http too.
 */
export function checkUpstreamUrl(text: string, { allowPrivate }: { allowPrivate: boolean }): CheckedUrl {
  if (/[?#]/.test(text)) return no("must not have a query or a fragment");
  const checked = checkWebhookUrl(text, { allowPrivate });
  return checked.ok ? { ok: true, url: checked.url.replace(/\/+$/, "") } : checked;
}

/** Checks an address that is called as it is. By the same rules, but it may have a query: many carry their token in it. */
export function checkWebhookUrl(text: string, { allowPrivate }: { allowPrivate: boolean }): CheckedUrl {
  // The URL parser drops tabs and newlines and reads a backslash as a slash: what a person sees must be what is called.
  if (text.length > MAX_LENGTH || !/^[!-[\]-~]+$/.test(text)) return no("must be a URL of printable ASCII");
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return no("must be an absolute URL");
  }
  if (url.protocol !== "https:" && !(allowPrivate && url.protocol === "http:")) return no("must begin with https://");
  if (url.username !== "" || url.password !== "" || text.includes("@")) return no("must not contain credentials");
  if (text.includes("#")) return no("must not have a fragment");
  if (!allowPrivate && !isPublicHost(url.hostname)) return no("must name a public host");
  return { ok: true, url: url.href };
}

/** Whether a host, as `URL.hostname` gives it, is plainly public. */
function isPublicHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.+$/, "");
  if (host.startsWith("[")) return isPublicV6(host.slice(1, -1));
  const v4 = parseV4(host);
  if (v4 !== null) return isPublicV4(v4);
  // A single label is resolved by the local network's search list.
  if (!host.includes(".")) return false;
  return !PRIVATE_SUFFIXES.some((suffix) => host.endsWith(`.${suffix}`));
}

/** The URL parser has already turned every other spelling (hex, octal, one number) into four decimals. */
function parseV4(host: string): number | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host);
  if (!match) return null;
  return match.slice(1).reduce((sum, part) => sum * 256 + Number(part), 0);
}

function isPublicV4(address: number): boolean {
  return !PRIVATE_V4.some(([network, prefix]) => {
    const size = 2 ** (32 - prefix);
    return Math.floor(address / size) === Math.floor((parseV4(network) ?? 0) / size);
  });
}

/** Only global unicast, less the blocks that carry an IPv4 address inside (Teredo, 6to4) or are for documentation. */
function isPublicV6(address: string): boolean {
  const [first = 0, second = 0] = groupsOf(address);
  if (first < 0x2000 || first > 0x3fff) return false;
  if (first === 0x2001 && (second < 0x0200 || second === 0x0db8)) return false;
  return first !== 0x2002 && !(first === 0x3fff && second < 0x1000);
}

/** The leading groups of an IPv6 address as the URL parser writes it: compressed, lower-case, never with dots. */
function groupsOf(address: string): number[] {
  const [head = ""] = address.split("::");
  return head === "" ? [] : head.split(":").map((group) => Number.parseInt(group, 16));
}

const no = (reason: string): CheckedUrl => ({ ok: false, reason });
