/** The OpenAPI 3.1 document of this API, made of the very schemas that its handlers read by. */
import * as z from "zod";
import { may, ROLES } from "../auth/roles.ts";
import type { ErrorCode } from "../core/errors.ts";
import type { Access, App, Component, Operation } from "./operation.ts";

type Json = { [field: string]: unknown };

interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  description?: string;
  schema: unknown;
}

interface DocumentedOperation {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  security?: [];
  parameters: Parameter[];
  requestBody?: { required: boolean; content: Record<string, { schema: unknown; example?: unknown }> };
  responses: Record<string, { description: string; content?: Record<string, { schema?: unknown }>; headers?: Json }>;
}

export interface OpenApi {
  openapi: "3.1.0";
  info: { title: string; version: string; description: string };
  servers: { url: string }[];
  security: Json[];
  paths: Record<string, Record<string, DocumentedOperation>>;
  components: { schemas: Record<string, unknown>; securitySchemes: Json };
}

/** The document of all that is mounted on `app`, for clients of `origin`. */
export function openApiOf(
  app: Pick<App, "operations" | "components">,
  at: { origin: string; version: string },
): OpenApi {
  const schemas = schemasOf(app);
  const paths: OpenApi["paths"] = {};
  for (const operation of app.operations) {
    paths[operation.path] ??= {};
    const methods = paths[operation.path];
    if (methods) methods[operation.method.toLowerCase()] = documented(operation, schemas);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "meterr admin API",
      version: at.version,
      description:
        "Money is a decimal string in USD, times are ISO 8601 UTC, `from` is inclusive and `to` exclusive. Lists come in pages: pass `next_cursor` as `cursor` until it is null.",
    },
    servers: [{ url: at.origin }],
    security: [{ bearer: [] }, { session: [] }],
    paths,
    components: {
      schemas: schemas.components,
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "The operator's token, or a management token." },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "meterr.session_token",
          description: "The dashboard's session.",
        },
      },
    },
  };
}

interface Schemas {
  components: Record<string, unknown>;
  /** The schema of an operation's answer. */
  answerOf: ReadonlyMap<Operation, unknown>;
}

/** Error answers have one shape. */
const ERROR: Component = {
  name: "Error",
  schema: z.strictObject({
    error: z.strictObject({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()) }),
  }),
};

const referenceTo = (name: string): string => `#/components/schemas/${name}`;

/** All schemas of answers at once, so that what has a name is referred to by it, wherever it is inside another. */
function schemasOf({ operations, components }: Pick<App, "operations" | "components">): Schemas {
  const registry = z.registry<{ id: string }>();
  const named = [ERROR, ...components];
  for (const { name, schema } of named) registry.add(schema, { id: name });
  const answers = operations.flatMap((operation) =>
    operation.answers instanceof z.ZodType ? [{ operation, schema: operation.answers }] : [],
  );
  answers.forEach(({ schema }, index) => {
    if (!registry.has(schema)) registry.add(schema, { id: `answer-${index}` });
  });
  const { schemas } = z.toJSONSchema(registry, { uri: referenceTo, override: leaveOpen, unrepresentable: "any" });
  const byId = (id: string): unknown => plain(schemas[id] ?? {});
  const names = new Set(named.map(({ name }) => name));
  const answerOf = answers.map(({ operation, schema }): [Operation, unknown] => {
    const id = registry.get(schema)?.id ?? "";
    return [operation, names.has(id) ? { $ref: referenceTo(id) } : byId(id)];
  });
  return { components: Object.fromEntries([...names].map((name) => [name, byId(name)])), answerOf: new Map(answerOf) };
}

/** Answers may get more fields; clients that are made from this document must not mind. */
function leaveOpen({ jsonSchema }: { jsonSchema: Json }): void {
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
}

const inputSchema = (schema: z.ZodType): Json => plain(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));

/** Without what says where a schema is, and by which draft: the document says both. */
function plain(schema: Json): Json {
  const { $schema: _, $id: __, ...rest } = schema;
  return rest;
}

function documented(operation: Operation, { answerOf }: Schemas): DocumentedOperation {
  const { method, path, access, summary, notes, body, answers, example } = operation;
  const content = Array.isArray(answers)
    ? Object.fromEntries(answers.filter((type) => type.includes("/")).map((type) => [type, {}]))
    : { "application/json": { schema: answerOf.get(operation) } };
  const isSocket = Array.isArray(answers) && answers.includes("websocket");
  return {
    operationId: operationId(operation),
    summary,
    description: [notes, whoMay(access)].filter((part) => part !== undefined).join(" "),
    tags: [tagOf(path)],
    ...(access === "anyone" && { security: [] as [] }),
    parameters: parametersOf(operation),
    ...(body && {
      requestBody: {
        required: method === "POST" || method === "PUT",
        content: { "application/json": { schema: inputSchema(body), ...(example !== undefined && { example }) } },
      },
    }),
    responses: {
      ...(isSocket
        ? { 101: { description: "The socket is open." } }
        : {
            200: {
              description: "It is done.",
              content,
              ...(operation.tagged && method !== "DELETE" && { headers: { etag: { schema: { type: "string" } } } }),
            },
          }),
      ...errorsOf(operation),
    },
  };
}

/** What goes wrong, by status; the code in the body says which of several it was. */
const ERRORS: Partial<Record<ErrorCode, { status: number; when: string }>> = {
  invalid_request: { status: 400, when: "A field is unknown, missing or wrong; `details.field` names it." },
  unauthenticated: { status: 401, when: "Nobody knows who is asking." },
  not_allowed: { status: 403, when: "The caller's role may not do this." },
  not_found: { status: 404, when: "There is no such tenant or object." },
  conflict: { status: 409, when: "It contradicts what is there, or the Idempotency-Key was used for another request." },
  precondition_failed: { status: 412, when: "It has changed since: `If-Match` names another state." },
  database_unavailable: {
    status: 503,
    when: "The database is out of reach, or (`ledger_unavailable`) the tenant's ledger.",
  },
};

function errorsOf({ access, path, method, query, body, errors = [], tagged }: Operation) {
  const codes = new Set<ErrorCode>(errors);
  if (query || body) codes.add("invalid_request");
  if (access !== "anyone") codes.add("unauthenticated");
  if (access !== "anyone" && access !== "known") codes.add("not_allowed");
  if (path.includes("{")) codes.add("not_found");
  if (access !== "anyone") codes.add("database_unavailable");
  if (tagged && method !== "GET") codes.add("precondition_failed");
  const known = Object.entries(ERRORS).filter(([code]) => codes.has(code as ErrorCode));
  const answer = { "application/json": { schema: { $ref: referenceTo(ERROR.name) } } };
  return Object.fromEntries(
    known.map(([code, { status, when }]) => [status, { description: `\`${code}\`: ${when}`, content: answer }]),
  );
}

function parametersOf({ path, query, method, tagged }: Operation): Parameter[] {
  const text = { type: "string" };
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(
    ([, name = ""]): Parameter => ({ name, in: "path", required: true, schema: text }),
  );
  const asked = query ? inputSchema(query) : {};
  const required = new Set((asked.required ?? []) as string[]);
  const inQuery = Object.entries((asked.properties ?? {}) as Json).map(
    ([name, schema]): Parameter => ({ name, in: "query", required: required.has(name), schema }),
  );
  const headers: Parameter[] = [];
  // What the operator does, and what concerns one's own account, is repeated without harm.
  if (method === "POST" && /^\/api\/v1\/(me\/)?tenants/.test(path)) {
    const description = "Sent again within a day with the same key, the request is done once and answered alike.";
    headers.push({ name: "Idempotency-Key", in: "header", required: false, description, schema: text });
  }
  if (tagged && method !== "GET") {
    const description = "The `ETag` that was read: refused with 412 where it has changed since.";
    headers.push({ name: "If-Match", in: "header", required: false, description, schema: text });
  }
  return [...inPath, ...inQuery, ...headers];
}

/** Who may, for people. */
function whoMay(access: Access): string {
  switch (access) {
    case "anyone":
      return "For anyone.";
    case "known":
      return "For whoever is signed in or has a token.";
    case "operator":
      return "For the operator.";
    default:
      return `For roles: ${ROLES.filter((role) => may(role, access)).join(", ")}.`;
  }
}

/** `POST /api/v1/tenants/{tenant}/keys` is `post_tenants_tenant_keys`. */
const operationId = ({ method, path }: Operation): string =>
  `${method} ${path.slice("/api/v1/".length)}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/_$/, "");

/** The resource that a path is of. */
function tagOf(path: string): string {
  const [, , , first = "", second, third] = path.split("/");
  if (first === "openapi.json") return "description";
  return first === "tenants" ? (third ?? (second === undefined ? first : "tenants")) : first;
}
