/** Every recorded exchange through the whole running system: bytes, status, headers, tokens, and a known cost. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { UsageRecord } from "../worker/core/record.ts";
import { PROVIDER_SLUGS } from "../worker/providers/registry.ts";
import { expectedNanos, tellsTokens, tokenDifferences } from "./support/expected.ts";
import { type Recording, readRecordings, recordingsPresent, responseBytes } from "./support/recordings.ts";
import { recorded } from "./support/replies.ts";
import { type System, startSystem } from "./support/system.ts";
import { type Key, nanos, type Tenant, tenantOf } from "./support/tenant.ts";
import { until } from "./support/until.ts";
import { type Received, startUpstream, type Upstream } from "./support/upstream.ts";
import { usageWasAsked, withoutUsageChunk } from "./support/usage-chunk.ts";

/** So many at once keep two cores busy without making them queue. */
const AT_ONCE = 6;
/** Tells the upstream which exchange is meant: many recordings share path and body. */
const WHICH = "x-recording";
/** What a recording says of the connection that it was made on. */
const OF_THE_CONNECTION = /^(?:connection|transfer-encoding|content-length|content-encoding)$/i;
/** How a complete exchange ends. */
const ENDED = /^(?:ok|error)$/;
const COLUMNS = [
  "exchanges",
  "bytes equal",
  "tells tokens",
  "tokens right",
  "tells cost",
  "cost right",
  "cost known",
  "bound held",
] as const;

interface Outcome {
  recording: Recording;
  problems: string[];
  requestId: string | null;
}

const known = readRecordings().filter(({ provider }) => PROVIDER_SLUGS.includes(provider));
const unknown = readRecordings().length - known.length;

let system: System;
let upstream: Upstream;
let tenant: Tenant;
let key: Key;

describe.skipIf(!recordingsPresent)("recorded exchanges", () => {
  const outcomes: Outcome[] = [];
  let records = new Map<string, UsageRecord>();

  beforeAll(async () => {
    system = await startSystem();
    const byId = new Map(known.map((recording) => [recording.id, recording]));
    upstream = await startUpstream((response, received) => {
      const recording = byId.get(String(received.headers[WHICH]));
      return recorded(recording as Recording)(response, received);
    });
    tenant = tenantOf(system, system.tenant);
    key = await tenant.key();
    for (const provider of new Set(known.map((recording) => recording.provider))) {
      await tenant.credential(provider, upstream.origin);
    }
    const waiting = [...known];
    const work = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) outcomes.push(await replay(next));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    records = await until("all records", 10_000, async () => {
      const all = await tenant.records();
      return all.length >= known.length && new Map(all.map((record) => [record.id, record]));
    });
    printTable(outcomes, records);
  });

  afterAll(async () => {
    await upstream?.close();
    await system?.stop();
  });

  test("pass through byte for byte, both ways, with status and headers", () => {
    expect(problemsOf(({ problems }) => problems)).toEqual([]);
  });

  test("are recorded once each", () => {
    expect(new Set(outcomes.map(({ requestId }) => requestId)).size).toBe(known.length);
    expect(records.size).toBe(known.length);
    expect(problemsOf((outcome) => (recordOf(outcome) ? [] : ["no record"]))).toEqual([]);
  });

  test("are metered to the token", () => {
    expect(problemsOf((outcome) => tokenProblems(outcome))).toEqual([]);
  });

  test("are recorded with the status they ended in, and an error costs nothing", () => {
    expect(
      problemsOf((outcome) => {
        const record = recordOf(outcome);
        if (!record) return [];
        const problems = ENDED.test(record.status) ? [] : [`status ${record.status}`];
        const failed = outcome.recording.response.status >= 400;
        if (failed && nanos(record.cost_usd) !== 0) problems.push(`an error cost ${record.cost_usd}`);
        if (record.http_status !== outcome.recording.response.status)
          problems.push(`http_status ${record.http_status}`);
        return problems;
      }),
    ).toEqual([]);
  });

  test("never cost more than was held for them", () => {
    // A request that its source did not record says nothing of what its answer cost.
    const wasRecorded = ({ recording }: Outcome) => !recording.fidelity.includes("request-synthetic");
    expect(
      problemsOf((outcome) =>
        wasRecorded(outcome) && recordOf(outcome)?.flags.includes("bound_exceeded") ? ["bound exceeded"] : [],
      ),
    ).toEqual([]);
  });

  test("cost what the provider says, or its tokens at the price of the model that served", () => {
    expect(problemsOf((outcome) => costProblems(outcome))).toEqual([]);
  });

  function problemsOf(look: (outcome: Outcome) => string[]): string[] {
    return outcomes.flatMap((outcome) => {
      const { id, provider, endpoint, stream } = outcome.recording;
      return look(outcome).map((problem) => `${id} ${provider} ${endpoint}${stream ? " stream" : ""}: ${problem}`);
    });
  }

  function costProblems({ recording, requestId }: Outcome): string[] {
    const record = records.get(requestId ?? "");
    const wanted = record ? expectedNanos(recording, record) : null;
    if (!record || wanted === null || recording.response.status >= 400) return [];
    return Math.abs(nanos(record.cost_usd) - wanted) > 1 ? [`cost ${record.cost_usd} instead of ${wanted} nanos`] : [];
  }

  function tokenProblems({ recording, requestId }: Outcome): string[] {
    const record = records.get(requestId ?? "");
    if (!record || !tellsTokens(recording)) return [];
    const differences = tokenDifferences(recording, record);
    return differences.length > 0 ? [`${differences.join(", ")} (${record.usage_source})`] : [];
  }

  const recordOf = ({ requestId }: Outcome): UsageRecord | undefined => records.get(requestId ?? "");

  function printTable(all: readonly Outcome[], found: ReadonlyMap<string, UsageRecord>): void {
    const rows = new Map<string, number[]>();
    for (const outcome of all) {
      const { recording, problems, requestId } = outcome;
      const record = found.get(requestId ?? "");
      const tells = tellsTokens(recording);
      const right = tells && record !== undefined && tokenProblems(outcome).length === 0;
      const nanosRight = record ? expectedNanos(recording, record) : null;
      const facts = [
        true,
        problems.length === 0,
        tells,
        right,
        nanosRight !== null,
        nanosRight !== null && costProblems(outcome).length === 0,
        record?.cost_usd != null,
        record !== undefined && !record.flags.includes("bound_exceeded"),
      ];
      const name = `${recording.provider} ${recording.endpoint}`;
      const row = rows.get(name) ?? COLUMNS.map(() => 0);
      rows.set(
        name,
        row.map((count, index) => count + (facts[index] ? 1 : 0)),
      );
    }
    const line = (name: string, cells: readonly (string | number)[]) =>
      `${name.padEnd(34)}${cells.map((cell) => String(cell).padStart(14)).join("")}`;
    const lines = [...rows].sort(([a], [b]) => a.localeCompare(b)).map(([name, row]) => line(name, row));
    const left = `${all.length} exchanges of known providers; ${unknown} of others are left out`;
    console.log([left, line("", COLUMNS), ...lines].join("\n"));
  }
});

/** Sends what was recorded and compares everything that comes out at either end. */
async function replay(recording: Recording): Promise<Outcome> {
  const { request, provider, response: told } = recording;
  const url = new URL(request.url);
  const sent = requestBytes(recording);
  const headers = new Headers(Object.entries(request.headers).filter(([, value]) => /^[\t -~]*$/.test(value)));
  headers.set("authorization", `Bearer ${key.key}`);
  headers.set(WHICH, recording.id);
  const response = await fetch(`${system.url}/${provider}${url.pathname}${url.search}`, {
    method: request.method,
    headers,
    body: sent,
  });
  const got = new Uint8Array(await response.arrayBuffer());
  const problems: string[] = [];
  const received = upstream.received.find((one) => one.headers[WHICH] === recording.id);
  if (!received) problems.push(`nothing reached the provider: ${Buffer.from(got).toString().slice(0, 300)}`);
  else problems.push(...requestProblems(recording, sent ?? Buffer.alloc(0), received, got));
  if (response.status !== told.status) problems.push(`status ${response.status} instead of ${told.status}`);
  for (const [name, value] of Object.entries(told.headers)) {
    const passed = response.headers.get(name);
    if (!OF_THE_CONNECTION.test(name) && passed !== value.trim())
      problems.push(`${name}: ${passed} instead of ${value}`);
  }
  return { recording, problems, requestId: response.headers.get("x-meterr-request-id") };
}

function requestProblems(recording: Recording, sent: Uint8Array, received: Received, got: Uint8Array): string[] {
  const problems: string[] = [];
  const { pathname, search } = new URL(recording.request.url);
  if (received.path !== `${pathname}${search}`) problems.push(`the provider was asked for ${received.path}`);
  if (received.rawHeaders.join("\n").includes("mtr_")) problems.push("the provider got our key");
  const recordedBytes = responseBytes(recording);
  try {
    const wanted = usageWasAsked(sent, received.body) ? withoutUsageChunk(recordedBytes) : recordedBytes;
    if (Buffer.compare(wanted, got) !== 0) problems.push(`${got.byteLength} bytes instead of ${wanted.byteLength}`);
  } catch (error) {
    problems.push((error as Error).message);
  }
  return problems;
}

function requestBytes({ request }: Recording): Uint8Array<ArrayBuffer> | undefined {
  if (request.method === "GET" || request.body === undefined || request.body === "") return undefined;
  if (request.body_encoding === "base64") return Buffer.from(String(request.body), "base64");
  return Buffer.from(typeof request.body === "string" ? request.body : JSON.stringify(request.body));
}
