/** Where a tenant's usage goes beside the dashboard: OpenTelemetry, a webhook, the bucket. */
import * as z from "zod";
import { newId } from "../core/ids.ts";
import { type Outcome, ok } from "../core/outcome.ts";
import { open, seal } from "../core/sealed.ts";
import { SIGNALS, SINK_TYPES, type Sink, type SinkSecret, type SinkState } from "../core/sink.ts";
import { checkUpstreamUrl } from "../core/upstream-url.ts";
import { ledgerOf } from "../db/ledger.ts";
import { signingSecret } from "./alert-shapes.ts";
import { type App, conflict, invalid, type TenantCall } from "./call.ts";
import { iso, name } from "./input.ts";
import { given, mountResource } from "./resource.ts";
import { sink } from "./sink-shapes.ts";

/** Each keeps what it has not got yet in the ledger's storage, and is looked at whenever a request settles. */
const MAX_SINKS = 10;
const MAX_HEADERS = 20;
/** Bytes of a secret that we make: as many as its signature has. */
const SECRET_BYTES = 32;

/** What says how a message is read, or is ours to say. */
const OWN_HEADERS =
  /^(?:host|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect|keep-alive|webhook-.*|cf-.*|proxy-.*)$/;

const headers = z
  .record(
    z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, "must be a header's name"),
    z
      .string()
      .max(8_192)
      .regex(/^[ -~]*$/, "must be printable ASCII"),
  )
  .refine((all) => Object.keys(all).length <= MAX_HEADERS, `at most ${MAX_HEADERS} headers`)
  .refine(
    (all) => !Object.keys(all).some((name) => OWN_HEADERS.test(name.toLowerCase())),
    "a header that is ours to set",
  );

const fields = {
  name: name.optional(),
  url: z.string().min(1).max(2_048).nullable().default(null),
  headers: headers.optional(),
  secret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, "must be whsec_ and 24 to 64 bytes in base64")
    .optional(),
  signals: z.array(z.enum(SIGNALS)).min(1).optional(),
  enabled: z.boolean().default(true),
};
const create = z.strictObject({ type: z.enum(SINK_TYPES), ...fields });
const patch = z.strictObject({ ...fields, url: z.string().min(1).max(2_048), enabled: z.boolean() }).partial();

type Input = z.output<typeof create>;

/** Mounts `/sinks`. */
export function mountSinks(app: App): void {
  mountResource(app, {
    kind: "sink",
    path: "sinks",
    noun: "sink",
    action: "sinks",
    create,
    patch,
    shown: sink,
    once: signingSecret,
    example: { type: "otlp", url: "https://otlp.example.com", headers: { "api-key": "0123456789" } },
    // Of headers and signatures; and how many there may be is checked where they are made one by one.
    config: {
      carriesSecret: () => true,
      omitted: ({ type }) => ({ otlp: [], webhook: ["signals"], r2: ["signals", "url"] })[type],
    },
    make: (input, call) => newSink(call, input),
    change: (input, current, call) => changesOf(call, input, current),
    show: async (records, call) => {
      const states = await ledgerOf(call.env, call.tenant).sinkStates();
      return records.map((record) => showSink(record, states[record.id] ?? null));
    },
  });
}

async function newSink(
  call: TenantCall,
  input: Input,
): Promise<Outcome<{ record: Sink; once?: Record<string, string> }>> {
  const address = checkAddress(call, input);
  if (!address.ok) return address;
  const { items } = await ledgerOf(call.env, call.tenant).list("sink", { limit: MAX_SINKS, cursor: null });
  if (items.length === MAX_SINKS) return conflict(`A tenant has at most ${MAX_SINKS} sinks.`);
  const signing = input.type === "webhook" ? (input.secret ?? newSigningSecret()) : null;
  const secret: SinkSecret = { headers: input.headers ?? {}, signing };
  return ok({
    record: {
      id: newId("sink", call.now),
      name: input.name ?? input.type,
      type: input.type,
      url: address.value,
      sealed: await sealSecret(call, secret),
      headerNames: Object.keys(secret.headers),
      signals: input.type === "otlp" ? (input.signals ?? [...SIGNALS]) : [],
      enabled: input.enabled,
      createdAt: call.now,
    },
    ...(signing !== null && { once: { secret: signing } }),
  });
}

async function changesOf(
  call: TenantCall,
  input: z.output<typeof patch>,
  current: Sink,
): Promise<Outcome<Partial<Sink>>> {
  const { headers, secret, url, ...rest } = input;
  const address = checkAddress(call, { ...input, type: current.type, url: url ?? current.url });
  if (!address.ok) return address;
  const changes: Partial<Sink> = given({ ...rest, url: address.value });
  if (headers === undefined && secret === undefined) return ok(changes);
  const text = await open(call.env.METERR_MASTER_KEY, call.tenant, current.sealed);
  const before: SinkSecret | null = text === null ? null : JSON.parse(text);
  if (!before && (headers === undefined || (current.type === "webhook" && secret === undefined))) {
    return conflict("What is stored cannot be read with this master key: give both headers and secret.");
  }
  const after: SinkSecret = { headers: headers ?? before?.headers ?? {}, signing: secret ?? before?.signing ?? null };
  return ok({ ...changes, sealed: await sealSecret(call, after), headerNames: Object.keys(after.headers) });
}

/** The bucket has no address; the others need one that is public. Answers it as it will be used. */
function checkAddress(
  { env }: TenantCall,
  { type, url, headers, secret, signals }: Pick<Input, "type" | "url" | "headers" | "secret" | "signals">,
): Outcome<string | null> {
  if (type !== "webhook" && secret !== undefined) return invalid("secret: only a webhook is signed", "secret");
  if (type !== "otlp" && signals !== undefined) return invalid("signals: only of otlp", "signals");
  if (type === "r2") {
    if (url !== null) return invalid("url: the bucket is this instance's own", "url");
    return headers === undefined ? ok(null) : invalid("headers: the bucket takes none", "headers");
  }
  if (url === null) return invalid("url: this type of sink needs one", "url");
  const checked = checkUpstreamUrl(url, { allowPrivate: env.METERR_ALLOW_PRIVATE_UPSTREAMS === "1" });
  return checked.ok ? ok(checked.url) : invalid(`url: ${checked.reason}`, "url");
}

const sealSecret = ({ env, tenant }: TenantCall, secret: SinkSecret): Promise<string> =>
  seal(env.METERR_MASTER_KEY, tenant, JSON.stringify(secret));

function newSigningSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  return `whsec_${btoa(String.fromCharCode(...bytes))}`;
}

const showSink = (sink: Sink, state: SinkState | null) => ({
  id: sink.id,
  name: sink.name,
  type: sink.type,
  url: sink.url,
  header_names: sink.headerNames,
  signals: sink.signals,
  enabled: sink.enabled,
  status: state && {
    pending: state.pending,
    delivered: state.delivered,
    dropped: state.dropped,
    failures: state.failures,
    retry_at: iso(state.retryAt),
    last_success_at: iso(state.lastSuccessAt),
    last_error_at: iso(state.lastErrorAt),
    last_error: state.lastError,
  },
  created_at: iso(sink.createdAt),
});
