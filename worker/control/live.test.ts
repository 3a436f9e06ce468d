// Loaded before the tests: under a test runner it takes seconds.
import "../auth/better.ts";
import { beforeAll, expect, it } from "vitest";
import { call, newMember, newTenant, OPERATOR, ORIGIN, operator, raw, signIn } from "./test-kit.ts";

let session: Awaited<ReturnType<typeof signIn>>;
let stranger = "";
beforeAll(async () => {
  stranger = await newTenant("Stranger");
  session = await signIn();
});

const upgrade = { upgrade: "websocket" };
const live = (tenant = session.tenant) => `/api/v1/tenants/${tenant}/live`;

it("tells a signed-in page of usage and budgets as they move", async () => {
  const scope = { type: "tenant" };
  const limit = { name: "b", scope, period: "total", limit_usd: "1", enforcement: "soft" };
  const { body: budget } = await operator("POST", `/api/v1/tenants/${session.tenant}/budgets`, limit);
  const response = await raw("GET", live(), { headers: { ...session.headers, ...upgrade } });
  expect(response.status).toBe(101);
  const socket = response.webSocket;
  if (!socket) throw new Error("no socket");
  const messages: { type: string; data: Record<string, unknown> }[] = [];
  socket.addEventListener("message", (event) => void messages.push(JSON.parse(String(event.data))));
  socket.accept();
  const event = { id: "evt-live", provider: "openai", model: "gpt-5-mini", cost_usd: "0.25" };
  await operator("POST", `/api/v1/tenants/${session.tenant}/usage`, { events: [event] });
  await expect.poll(() => messages.length, { timeout: 3_000 }).toBeGreaterThanOrEqual(2);
  expect(messages.find(({ type }) => type === "usage")?.data).toMatchObject({
    id: "evt-live",
    cost_usd: "0.250000000",
  });
  expect(messages.find(({ type }) => type === "budget")?.data).toMatchObject({
    id: budget.id,
    spent_usd: "0.250000000",
  });
  socket.close();
});

it("tells of a budget in its unit, with the very figures that the API has", async () => {
  const path = `/api/v1/tenants/${session.tenant}/budgets`;
  const scope = { type: "user" };
  const limit = { name: "r", scope, period: "hour", rolling: true, limit_requests: 5, enforcement: "hard" };
  const { body: budget } = await operator("POST", path, limit);
  const response = await raw("GET", live(), { headers: { ...session.headers, ...upgrade } });
  const socket = response.webSocket;
  if (!socket) throw new Error("no socket");
  const messages: { type: string; data: Record<string, unknown> }[] = [];
  socket.addEventListener("message", (event) => void messages.push(JSON.parse(String(event.data))));
  socket.accept();
  const event = { id: "evt-unit", provider: "openai", model: "gpt-5-mini", cost_usd: "0.25", user: "anna" };
  await operator("POST", `/api/v1/tenants/${session.tenant}/usage`, { events: [event] });
  const told = () => messages.find(({ type, data }) => type === "budget" && data.id === budget.id)?.data;
  await expect.poll(told, { timeout: 3_000 }).toMatchObject({
    unit: "requests",
    limit_usd: null,
    spent_usd: null,
    limit_requests: 5,
    spent_requests: 1,
    remaining_requests: 4,
    subject: "anna",
  });
  const { body: shown } = await operator("GET", `${path}/${budget.id}`);
  expect(shown).toMatchObject(told() ?? {});
  socket.close();
});

it.each([
  ["another origin", { origin: "https://evil.example" }],
  ["no origin", { origin: "" }],
  ["a null origin", { origin: "null" }],
])("refuses a session that comes from %s", async (_, from) => {
  const headers = { ...session.headers, ...upgrade, ...from };
  if (headers.origin === "") delete (headers as { origin?: string }).origin;
  expect((await raw("GET", live(), { headers })).status).toBe(403);
});

it("refuses another tenant, nobody, and what is no WebSocket", async () => {
  expect((await raw("GET", live(stranger), { headers: { ...session.headers, ...upgrade } })).status).toBe(404);
  expect((await raw("GET", live(), { headers: { ...upgrade, origin: ORIGIN } })).status).toBe(401);
  expect((await raw("GET", live(), { headers: session.headers })).status).toBe(400);
});

it("takes a bearer from a program, and from a browser of this origin alone", async () => {
  const program = await raw("GET", live(), { headers: { ...OPERATOR, ...upgrade } });
  expect(program.status).toBe(101);
  program.webSocket?.accept();
  program.webSocket?.close();
  const headers = { ...OPERATOR, ...upgrade, origin: "https://evil.example" };
  expect((await raw("GET", live(), { headers })).status).toBe(403);
});

it("closes with what opened it: a member, a session, a token, removed or expired, and a second factor that is asked for", async () => {
  const tenant = await newTenant("Watched");
  const open = async (headers: Record<string, string>) => {
    const { webSocket: socket } = await raw("GET", live(tenant), { headers: { ...headers, ...upgrade } });
    if (!socket) throw new Error("no socket");
    const closed = new Promise<number>((resolve) => socket.addEventListener("close", ({ code }) => resolve(code)));
    socket.accept();
    return { socket, closed };
  };
  const [ada, bob] = [
    await newMember(tenant, "owner", "ada@example.com"),
    await newMember(tenant, "viewer", "bob@example.com"),
  ];
  const { body: token } = await operator("POST", `/api/v1/tenants/${tenant}/tokens`, { name: "t", role: "viewer" });
  const bystander = await open(ada);
  let isOpen = true;
  void bystander.closed.then(() => {
    isOpen = false;
  });

  const byToken = await open({ authorization: `Bearer ${token.token}` });
  await operator("DELETE", `/api/v1/tenants/${tenant}/tokens/${token.id}`);
  expect(await byToken.closed).toBe(4_401);

  const expires_at = new Date(Date.now() + 400).toISOString();
  const short = { name: "short", role: "viewer", expires_at };
  const { body: expiring } = await operator("POST", `/api/v1/tenants/${tenant}/tokens`, short);
  const byExpiry = await open({ authorization: `Bearer ${expiring.token}`, "x-meterr-viewer-until": "9e15" });
  const heard: string[] = [];
  byExpiry.socket.addEventListener("message", ({ data }) => void heard.push(String(data)));
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, Date.parse(expires_at) - Date.now())));
  const late = { id: "too-late", provider: "openai", model: "gpt-5-mini", cost_usd: "1" };
  await operator("POST", `/api/v1/tenants/${tenant}/usage`, { events: [late] });
  expect(await byExpiry.closed).toBe(4_401);
  expect(heard).toEqual([]);

  const bySession = await open(bob);
  await call("POST", "/api/auth/sign-out", { headers: bob, body: {} });
  expect(await bySession.closed).toBe(4_401);

  const cleo = await newMember(tenant, "viewer", "cleo@example.com");
  const byMember = await open(cleo);
  const { body: people } = await operator("GET", `/api/v1/tenants/${tenant}/members`);
  const { id } = people.data.find((each: { email: string }) => each.email === "cleo@example.com");
  await operator("DELETE", `/api/v1/tenants/${tenant}/members/${id}`);
  expect(await byMember.closed).toBe(4_401);

  expect(isOpen).toBe(true);
  await operator("PUT", `/api/v1/tenants/${tenant}/security`, { require_two_factor: true });
  expect(await bystander.closed).toBe(4_401);
});
