import { describe, expect, it } from "vitest";
import { currentMasterKey, masterKeys } from "../core/master.ts";
import { open, seal } from "../core/sealed.ts";
import { equalSecrets, mintKey, mintToken, newTenantId, readKey, readToken, sha256Hex } from "./secrets.ts";

const ONE = btoa("1".repeat(32));
const TWO = btoa("2".repeat(32));
const TENANT = "Tenant000001";

describe("an API key", () => {
  it("tells its tenant, mode and hash", async () => {
    const key = await mintKey(ONE, "test", TENANT);
    expect(key.text).toMatch(/^mtr_test_1Tenant000001_[0-9A-Za-z]{32}_[0-9A-Za-z]{22}$/);
    expect(await readKey(ONE, key.text)).toEqual({ tenant: TENANT, mode: "test", hash: await sha256Hex(key.text) });
    expect(key.hash).toBe(await sha256Hex(key.text));
    expect(key.hint).toBe(`mtr_test_…${key.text.slice(-4)}`);
  });

  it("is refused when any one of its characters is changed", async () => {
    const { text } = await mintKey(ONE, "live", TENANT);
    for (let at = 0; at < text.length; at++) {
      const forged = text.slice(0, at) + (text[at] === "a" ? "b" : "a") + text.slice(at + 1);
      expect(await readKey(ONE, forged), forged).toBeNull();
    }
  });

  it("is refused when made with another master key", async () => {
    const { text } = await mintKey(TWO, "live", TENANT);
    expect(await readKey(ONE, text)).toBeNull();
  });

  it("does not pass as live when it is a test key, nor as a management token", async () => {
    const { text } = await mintKey(ONE, "test", TENANT);
    expect(await readKey(ONE, text.replace("_test_", "_live_"))).toBeNull();
    expect(await readToken(ONE, text.replace("mtr_test_", "mtm_"))).toBeNull();
  });

  it.each(["", "mtr_live_", "sk-abc", "x".repeat(1_000_000), "mtr_live_1Tenant000001_é_é"])(
    "is not %.20s",
    async (text) => {
      expect(await readKey(ONE, text)).toBeNull();
      expect(await readToken(ONE, text)).toBeNull();
    },
  );

  it("is refused with a newline after it", async () => {
    const { text } = await mintKey(ONE, "live", TENANT);
    expect(await readKey(ONE, `${text}\n`)).toBeNull();
  });
});

describe("a management token", () => {
  it("tells its tenant and hash, and is no API key", async () => {
    const token = await mintToken(ONE, TENANT);
    expect(await readToken(ONE, token.text)).toEqual({ tenant: TENANT, hash: token.hash });
    expect(await readKey(ONE, token.text)).toBeNull();
  });
});

describe("rotating the master key", () => {
  it("reads old keys and sealed texts while both versions are configured, and makes new ones with the first", async () => {
    const old = await mintKey(ONE, "live", TENANT);
    const sealed = await seal(ONE, TENANT, "sk-provider");
    const both = `2:${TWO},1:${ONE}`;
    expect(await readKey(both, old.text)).not.toBeNull();
    expect(await open(both, TENANT, sealed)).toBe("sk-provider");
    const fresh = await mintKey(both, "live", TENANT);
    expect(fresh.text.startsWith("mtr_live_2")).toBe(true);
    expect(await readKey(`2:${TWO}`, fresh.text)).not.toBeNull();
    expect(await readKey(`2:${TWO}`, old.text)).toBeNull();
    expect(await open(`2:${TWO}`, TENANT, sealed)).toBeNull();
  });

  it.each([
    ["", "bytes"],
    ["!!", "base64"],
    [btoa("short"), "bytes"],
    [`1:${ONE},1:${TWO}`, "twice"],
    [`10:${ONE}`, "version"],
  ])("refuses the configuration %s", (text, complaint) => {
    expect(() => masterKeys(text)).toThrow(complaint);
  });

  it("takes a plain key as version 1", () => {
    expect(currentMasterKey(ONE).version).toBe("1");
  });
});

describe("a sealed text", () => {
  it("opens for its tenant, and for no other", async () => {
    const sealed = await seal(ONE, TENANT, "sk-ünïcode");
    expect(sealed).not.toContain("sk-");
    expect(await open(ONE, TENANT, sealed)).toBe("sk-ünïcode");
    expect(await open(ONE, "Tenant000002", sealed)).toBeNull();
    expect(await open(TWO, TENANT, sealed)).toBeNull();
  });

  it("does not open when altered, and is different each time", async () => {
    const sealed = await seal(ONE, TENANT, "sk");
    expect(await seal(ONE, TENANT, "sk")).not.toBe(sealed);
    const bytes = Uint8Array.from(atob(sealed.slice(2)), (char) => char.charCodeAt(0));
    for (let at = 0; at < bytes.length; at++) {
      const altered = bytes.slice();
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect(await open(ONE, TENANT, `1.${btoa(String.fromCharCode(...altered))}`)).toBeNull();
    }
    for (const bad of ["", "1", "1.", "1.%%%", "9.AAAA", sealed.slice(2)])
      expect(await open(ONE, TENANT, bad)).toBeNull();
  });
});

describe("comparing secrets", () => {
  it("tells equal from different, whatever the lengths", async () => {
    expect(await equalSecrets("abc", "abc")).toBe(true);
    for (const other of ["", "ab", "abd", "abcd"]) expect(await equalSecrets("abc", other)).toBe(false);
  });
});

it("makes tenant ids of twelve base62 digits", () => {
  expect(newTenantId()).toMatch(/^[0-9A-Za-z]{12}$/);
});
