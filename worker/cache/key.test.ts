import { expect, test } from "vitest";
import { type CacheSubject, cacheKey } from "./key.ts";

const subject = (more: Partial<CacheSubject> & { text?: string } = {}): CacheSubject => {
  const text = more.text ?? '{"model":"m","messages":[{"role":"user","content":"hi"}]}';
  return {
    tenant: "t1",
    mode: "live",
    provider: "openai",
    base: "https://api.openai.com",
    method: "POST",
    path: "/v1/chat/completions",
    search: "",
    headers: new Headers(),
    ownCredential: null,
    key: null,
    ...more,
    text,
    json: JSON.parse(text),
  };
};
const base = await cacheKey(subject());

test.each<[string, Partial<CacheSubject>]>([
  ["the tenant", { tenant: "t2" }],
  ["the mode", { mode: "test" }],
  ["the provider", { provider: "azure" }],
  ["where the provider is", { base: "https://eu.example.com" }],
  ["the path", { path: "/v1/completions" }],
  ["the query", { search: "?api-version=1" }],
  ["a beta header", { headers: new Headers({ "anthropic-beta": "x" }) }],
  ["an unknown header", { headers: new Headers({ "x-new-switch": "1" }) }],
  ["the key that alone may find it", { key: "key_1" }],
  ["the client's own credential", { ownCredential: "sk-1" }],
  ["any field of the body", { text: '{"model":"m","messages":[{"role":"user","content":"hi"}],"seed":1}' }],
  ["a type in the body", { text: '{"model":"m","messages":[{"role":"user","content":["hi"]}]}' }],
])("%s is part of the key", async (_, more) => {
  expect(await cacheKey(subject(more))).not.toBe(base);
});

test("the order of fields, white space and headers that change no answer are not", async () => {
  const text = '{ "messages": [ {"content":"hi", "role":"user"} ], "model": "m" }';
  const headers = new Headers({ "user-agent": "x", "x-stainless-os": "y", "accept-encoding": "br" });
  expect(await cacheKey(subject({ text, headers }))).toBe(base);
});

test("numbers that JavaScript would round to one are two", async () => {
  const seeded = (seed: string) => cacheKey(subject({ text: `{"model":"m","seed":${seed}}` }));
  expect(await seeded("9007199254740993")).not.toBe(await seeded("9007199254740992"));
});

test("an array is not taken for the object with its entries", async () => {
  const a = await cacheKey(subject({ text: '{"x":{"a":1}}' }));
  expect(await cacheKey(subject({ text: '{"x":[["a",1]]}' }))).not.toBe(a);
});

test("what traces a request through other systems is another each time, and changes nothing", async () => {
  const traces = {
    ...{ traceparent: "00-1-2-01", "sentry-trace": "1-2", baggage: "a=b", "x-datadog-trace-id": "1", b3: "1-2" },
    ...{ "x-datadog-parent-id": "2", "x-b3-traceid": "1", "x-amzn-trace-id": "Root=1", "uber-trace-id": "1:2" },
    ...{ "x-cloud-trace-context": "1/2", newrelic: "e30=", "elastic-apm-traceparent": "1", "x-correlation-id": "1" },
    ...{ forwarded: "for=1.2.3.4", via: "1.1 proxy", "x-envoy-attempt-count": "1" },
  };
  for (const [name, value] of Object.entries(traces)) {
    expect(await cacheKey(subject({ headers: new Headers({ [name]: value }) })), name).toBe(base);
  }
});
