/** What this API says of itself: every mounted operation, with the schemas that its handlers read by. */
import type { Hono } from "hono";
import type * as z from "zod";
import type { Action } from "../auth/roles.ts";
import type { ErrorCode } from "../core/errors.ts";
import type { Env } from "../env.ts";
import type { Section } from "./config-section.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Who may: everybody, whoever is known, the operator alone, or whose role in the path's tenant has the action. */
export type Access = "anyone" | "known" | "operator" | Action;

/** One operation in words and schemas. */
export interface Described {
  /** A line for people: "Makes a key". */
  summary: string;
  /** What else one has to know. */
  notes?: string;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** A body that `body` takes. */
  example?: unknown;
  /** The schema of a JSON answer, or the media types of another one. */
  answers: z.ZodType | readonly string[];
  /** Codes beside those that follow from who may and from what is read. */
  errors?: readonly ErrorCode[];
  /** It takes `If-Match`, and answers an `ETag` where it reads. */
  tagged?: true;
}

export interface Operation extends Described {
  method: Method;
  /** Below the server's address: `/api/v1/tenants/{tenant}/keys`. */
  path: string;
  access: Access;
}

/** The schema of a resource's records, and what to call it. */
export interface Component {
  name: string;
  schema: z.ZodType;
}

/** The routes of this API, and what they say of themselves. */
export interface App {
  router: Hono<{ Bindings: Env }>;
  operations: Operation[];
  components: Component[];
  /** Of the configuration as one document. */
  sections: Section[];
}
