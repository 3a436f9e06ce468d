import { describe, expect, it } from "vitest";
import { checkUpstreamUrl, checkWebhookUrl } from "./upstream-url.ts";

const strict = (text: string) => checkUpstreamUrl(text, { allowPrivate: false });
const lenient = (text: string) => checkUpstreamUrl(text, { allowPrivate: true });

describe("an upstream's address", () => {
  it.each([
    ["https://api.openai.com", "https://api.openai.com"],
    ["https://api.openai.com/", "https://api.openai.com"],
    ["https://gateway.example.com/openai/v1//", "https://gateway.example.com/openai/v1"],
    ["HTTPS://API.Example.COM:8443/x", "https://api.example.com:8443/x"],
    ["https://8.8.8.8/v1", "https://8.8.8.8/v1"],
    ["https://172.32.0.1", "https://172.32.0.1"],
    ["https://100.128.0.1", "https://100.128.0.1"],
    ["https://[2606:4700::1111]/v1", "https://[2606:4700::1111]/v1"],
  ])("may be %s", (text, url) => {
    expect(strict(text)).toEqual({ ok: true, url });
  });

  it.each([
    "https://127.0.0.1",
    "https://127.1",
    "https://2130706433",
    "https://0x7f000001",
    "https://0x7f.0.0.1",
    "https://0177.0.0.1",
    "https://127.0.0.1.",
    "https://0",
    "https://0.0.0.0",
    "https://10.1.2.3",
    "https://100.64.0.1",
    "https://169.254.169.254/latest/meta-data",
    "https://172.16.0.1",
    "https://172.31.255.255",
    "https://192.168.0.1",
    "https://192.0.0.1",
    "https://198.18.0.1",
    "https://224.0.0.1",
    "https://255.255.255.255",
    "https://[::]",
    "https://[::1]",
    "https://[::ffff:127.0.0.1]",
    "https://[::ffff:7f00:1]",
    "https://[::127.0.0.1]",
    "https://[64:ff9b::7f00:1]",
    "https://[2002:7f00:1::]",
    "https://[2001::1]",
    "https://[2001:db8::1]",
    "https://[fc00::1]",
    "https://[fd12:3456::1]",
    "https://[fe80::1]",
    "https://[ff02::1]",
    "https://localhost",
    "https://localhost.",
    "https://LOCALHOST:8080",
    "https://a.localhost",
    "https://printer.local",
    "https://metadata.google.internal",
    "https://metadata.google.internal.",
    "https://router.lan",
    "https://nas.home.arpa",
    "https://intranet",
    "https://①②⑦.0.0.1",
    "https://ⓛocalhost",
  ])("is refused where it is not public: %s", (text) => {
    expect(strict(text).ok).toBe(false);
  });

  it.each([
    "",
    "api.openai.com",
    "//api.openai.com",
    "http://api.openai.com",
    "ftp://api.openai.com",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://user@api.openai.com",
    "https://user:pass@api.openai.com",
    "https://api.openai.com@evil.example.com",
    "https://@api.openai.com",
    "https://api.openai.com/?x=1",
    "https://api.openai.com/#x",
    "https://api.openai.com\\@evil.example.com",
    "https://api.open\nai.com",
    " https://api.openai.com",
    `https://api.openai.com/${"x".repeat(3_000)}`,
  ])("is refused where it is no plain https URL: %.60s", (text) => {
    expect(strict(text).ok).toBe(false);
  });

  it("may be private, and http, where the operator allows it; still without credentials", () => {
    expect(lenient("http://127.0.0.1:9000/v1")).toEqual({ ok: true, url: "http://127.0.0.1:9000/v1" });
    expect(lenient("http://[::1]:9000")).toEqual({ ok: true, url: "http://[::1]:9000" });
    expect(lenient("http://u:p@127.0.0.1").ok).toBe(false);
    expect(lenient("file:///etc/passwd").ok).toBe(false);
  });
});

describe("a webhook's address", () => {
  it("is kept as it is, with its query and its last slash", () => {
    const url = "https://hooks.example.com/T0/B0/?token=a%20b";
    expect(checkWebhookUrl(url, { allowPrivate: false })).toEqual({ ok: true, url });
  });

  it.each([
    "https://127.0.0.1/hook?x=1",
    "http://hooks.example.com/",
    "https://hooks.example.com/#x",
    "https://u@hooks.example.com/",
  ])("is refused by the same rules: %s", (text) => {
    expect(checkWebhookUrl(text, { allowPrivate: false }).ok).toBe(false);
  });
});
