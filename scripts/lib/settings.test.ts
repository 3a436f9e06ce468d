import { expect, it } from "vitest";
import { readSettings } from "./settings.ts";

const KEY = Buffer.alloc(32, 1).toString("base64");

const refused = (env: Record<string, string>) => {
  const read = readSettings(env);
  return read.ok ? "accepted" : read.message;
};

it("has the contract's defaults, also for empty variables", () => {
  const defaults = {
    port: 8787,
    host: "127.0.0.1",
    state: ".meterr",
    adminToken: null,
    masterKey: null,
    allowPrivateUpstreams: false,
  };
  expect(readSettings({})).toEqual({ ok: true, settings: defaults });
  expect(readSettings({ PORT: "", HOST: "", METERR_STATE: "", METERR_MASTER_KEY: "" })).toEqual({
    ok: true,
    settings: defaults,
  });
});

it("takes what the environment says", () => {
  const env = {
    PORT: "9000",
    HOST: "::1",
    METERR_STATE: "/srv/meterr",
    METERR_ADMIN_TOKEN: "a-token-of-some-length",
    METERR_MASTER_KEY: KEY,
    METERR_ALLOW_PRIVATE_UPSTREAMS: "1",
  };
  expect(readSettings(env)).toEqual({
    ok: true,
    settings: {
      port: 9000,
      host: "::1",
      state: "/srv/meterr",
      adminToken: "a-token-of-some-length",
      masterKey: KEY,
      allowPrivateUpstreams: true,
    },
  });
});

it("says which variable is wrong", () => {
  expect(refused({ PORT: "http" })).toBe('PORT must be a number from 0 to 65535, not "http".');
  expect(refused({ PORT: "65536" })).toMatch(/^PORT /);
  expect(refused({ PORT: "-1" })).toMatch(/^PORT /);
  expect(refused({ METERR_MASTER_KEY: "c2hvcnQ=" })).toMatch(/^METERR_MASTER_KEY /);
  expect(refused({ METERR_ADMIN_TOKEN: "short" })).toMatch(/^METERR_ADMIN_TOKEN /);
  expect(refused({ METERR_ALLOW_PRIVATE_UPSTREAMS: "yes" })).toMatch(/^METERR_ALLOW_PRIVATE_UPSTREAMS /);
  expect(refused({ METERR_SIGN_UP: "yes" })).toBe('METERR_SIGN_UP must be open or closed, not "yes".');
  expect(refused({ METERR_PUBLIC_URL: "meterr.example.com" })).toMatch(/^METERR_PUBLIC_URL must be an address/);
  expect(refused({ METERR_EMAIL_URL: "localhost:25", METERR_EMAIL_FROM: "a@example.com" })).toMatch(
    /^METERR_EMAIL_URL/,
  );
  expect(refused({ METERR_EMAIL_URL: "https://example.com" })).toMatch(/without METERR_EMAIL_FROM/);
  expect(refused({ METERR_GITHUB_CLIENT_ID: "id" })).toMatch(/^METERR_GITHUB_CLIENT_ID and .* go together/);
});

it("takes an IPv6 address as URLs have it, too", () => {
  expect(readSettings({ HOST: "[::1]" })).toMatchObject({ ok: true, settings: { host: "::1" } });
});

it("takes a master key that is being rotated", () => {
  expect(refused({ METERR_MASTER_KEY: `1:${KEY},2:${KEY}` })).toBe("accepted");
  expect(refused({ METERR_MASTER_KEY: `1:${KEY},2:c2hvcnQ=` })).toMatch(/^METERR_MASTER_KEY /);
  expect(refused({ METERR_MASTER_KEY: `${KEY},1:${KEY}` })).toMatch(/names a version twice/);
  expect(refused({ METERR_MASTER_KEY: `10:${KEY},1:${KEY}` })).toMatch(/a version that is not one letter or digit/);
});
