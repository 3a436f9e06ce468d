import { expect, test } from "vitest";
import type { Env } from "../env.ts";
import type { Call } from "./call.ts";
import { handOver, REQUEST_ID_HEADER } from "./hand-over.ts";
import { NO_LEVERS } from "./levers.ts";

const call = { id: "req_0000000z", levers: NO_LEVERS, unified: null, body: { kind: "none" } } as Call;
const asked = (signal?: AbortSignal) =>
  new Request("https://meterr.example/openai/v1/chat/completions", { method: "POST", signal });

/** An object that answers so, and the names by which objects were called. */
function objectThat(answer: (request: Request) => Promise<Response>): { env: Env; names: string[] } {
  const names: string[] = [];
  const getByName = (name: string) => {
    names.push(name);
    return { fetch: answer };
  };
  return { names, env: { DRAIN: { getByName } } as unknown as Env };
}

test("who shares an answer comes to one object; others to any", async () => {
  const { env, names } = objectThat(async (request) => new Response(request.headers.get(REQUEST_ID_HEADER)));
  const answer = await handOver(env, asked(), call, "v1:00ff");
  expect(await answer?.text()).toBe("req_0000000z");
  await handOver(env, asked(), call, null);
  expect(names).toEqual(["local/ff", "local/z"]);
});

test("an object that has too much to do takes nothing", async () => {
  const { env } = objectThat(() => Promise.reject(Object.assign(new Error("overloaded"), { overloaded: true })));
  expect(await handOver(env, asked(), call, null)).toBeNull();
});

test("a client that leaves before the answer is no fault, and an object out of reach is one", async () => {
  const { env } = objectThat(() => Promise.reject(new Error("gone")));
  expect((await handOver(env, asked(AbortSignal.abort()), call, null))?.status).toBe(499);
  await expect(handOver(env, asked(), call, null)).rejects.toThrow("gone");
});
