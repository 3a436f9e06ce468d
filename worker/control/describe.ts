/** What this API says of itself: `/api/v1/openapi.json` for programs, `/api/docs` for people. */
import * as z from "zod";
import { ok } from "../core/outcome.ts";
import { type App, forAnyone, mount } from "./call.ts";
import { type OpenApi, openApiOf } from "./openapi.ts";
import { reference } from "./reference.ts";
import { VERSION } from "./version.ts";

/** Mounts `/openapi.json`, which describes all that is mounted on `app`, itself included. */
export function mountDescription(app: App): void {
  mount(app, "/openapi.json", {
    GET: {
      summary: "This document: OpenAPI 3.1.",
      answers: z.looseObject({ openapi: z.literal("3.1.0") }),
      does: forAnyone(async ({ url }) => ok(describe(app, url))),
    },
  });
}

/** The page of `/api/docs`. */
export const referencePage = (app: App, url: URL): Response => reference(describe(app, url));

/** Made anew each time: it takes milliseconds, and nobody reads it often. */
const describe = (app: App, { origin }: URL): OpenApi => openApiOf(app, { origin, version: VERSION });
