/** For tests of the admin API: an instance with its schema, tenants, and callers of every kind. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, vi } from "vitest";
import * as z from "zod";
import { migrate } from "../db/migrate.ts";
// Loaded before the tests, as it is by a first request.
import { v1 } from "./api.ts";
import { control } from "./index.ts";
import type { Operation } from "./operation.ts";

// Hashing a password takes a second of CPU by design, and machines that test are busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

export const ORIGIN = "http://meterr.example";
export const OPERATOR = { authorization: `Bearer ${env.METERR_ADMIN_TOKEN}` };

export interface Answered {
  status: number;
  headers: Headers;
  /** The JSON answer; tests look into it freely. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it.
  body: any;
}

/** Sends a request to the control plane. `body` is sent as JSON, or as it is where it is a string. */
export async function call(
  method: string,
  path: string,
  { body, headers = {}, bindings = {} }: { body?: unknown; headers?: Record<string, string>; bindings?: object } = {},
): Promise<Answered> {
  const response = await raw(method, path, { body, headers, bindings });
  const text = await response.text();
  const answered = { status: response.status, headers: response.headers, body: isJson(text) ? JSON.parse(text) : text };
  expectAsDocumented(method, new URL(path, ORIGIN).pathname, answered);
  return answered;
}

/** Every answer that any test gets has to be what the API's own description says, with no field beside. */
function expectAsDocumented(method: string, path: string, { status, body }: Answered): void {
  if (status !== 200) return;
  const operation = operationOf(method, path);
  if (!(operation?.answers instanceof z.ZodType)) return;
  const { error } = operation.answers.safeParse(body);
  expect(error && z.prettifyError(error), `the answer of ${method} ${path}, against its schema`).toBeUndefined();
}

/** The documented operation that a request is of; where a fixed path and one with a parameter fit, the fixed one. */
function operationOf(method: string, path: string): Operation | undefined {
  const fits = v1.operations.filter((operation) => operation.method === method && pattern(operation.path).test(path));
  return fits.sort((a, b) => a.path.split("{").length - b.path.split("{").length)[0];
}

const pattern = (path: string): RegExp => new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+").replaceAll(".", "\\.")}$`);

/** As `call`, with the response as it is. */
export async function raw(
  method: string,
  path: string,
  { body, headers = {}, bindings = {} }: { body?: unknown; headers?: Record<string, string>; bindings?: object } = {},
): Promise<Response> {
  const ctx = createExecutionContext();
  const request = new Request(new URL(path, ORIGIN), {
    method,
    headers: body === undefined ? headers : { "content-type": "application/json", ...headers },
    body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
    redirect: "manual",
  });
  const response = await control.fetch(request, { ...env, ...bindings }, ctx);
  if (response.webSocket === null) await waitOnExecutionContext(ctx);
  return response;
}

/** As the operator. */
export const operator = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  call(method, path, { body, headers: { ...OPERATOR, ...headers } });

/** A new tenant's id, in an instance that has its schema. */
export async function newTenant(name = "Acme"): Promise<string> {
  await migrate(env.DB);
  const { body } = await operator("POST", "/api/v1/tenants", { name });
  return body.id;
}

/** Headers of a management token of `tenant` with `role`. */
export async function tokenOf(tenant: string, role: string): Promise<Record<string, string>> {
  const { body } = await operator("POST", `/api/v1/tenants/${tenant}/tokens`, { name: role, role });
  return { authorization: `Bearer ${body.token}` };
}

/** Headers of a signed-in owner of the default tenant, and that tenant. Only pages of `ORIGIN` may use them. */
export async function signIn(): Promise<{ tenant: string; headers: Record<string, string> }> {
  const { body } = await operator("POST", "/api/v1/operator/bootstrap", {});
  const landed = await raw("GET", body.sign_in_url);
  const cookie = landed.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  return { tenant: body.tenant.id, headers: { cookie, origin: ORIGIN } };
}

/** Headers of the browser that an answer's cookies went to. */
export const browserOf = ({ headers }: { headers: Headers }): Record<string, string> => ({
  cookie: headers
    .getSetCookie()
    .filter((line) => !/max-age=0/i.test(line))
    .map((line) => line.split(";")[0])
    .join("; "),
  origin: ORIGIN,
});

export const PASSWORD = "correct horse battery";

/** Invites `email` to `tenant` and accepts as somebody new. */
export async function newMember(tenant: string, role: string, email: string): Promise<Record<string, string>> {
  const { body } = await operator("POST", `/api/v1/tenants/${tenant}/invitations`, { email, role });
  const token = new URL(body.link).searchParams.get("token");
  const accepted = await call("POST", "/api/v1/invitations/accept", {
    headers: { origin: ORIGIN },
    body: { token, name: email.split("@")[0], password: PASSWORD },
  });
  expect(accepted.body).toEqual({ tenant });
  return browserOf(accepted);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
