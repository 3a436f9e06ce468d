import { expect, it } from "vitest";
import { zoneViolations } from "./zones.ts";

it("lets rooms import downwards", () => {
  expect(zoneViolations("worker/gateway/bound.ts", 'import { bound } from "../pricing/bound.ts";')).toEqual([]);
  expect(zoneViolations("worker/providers/openai/index.ts", 'import { sse } from "../../core/sse.ts";')).toEqual([]);
  expect(zoneViolations("worker/core/usage.ts", 'import { usd } from "./money.ts";')).toEqual([]);
});

it("refuses imports upwards, of whatever form", () => {
  const source = [
    'import { a } from "../gateway/index.ts";',
    "import {\n  b,\n  c,\n} from '../control/index.ts';",
    'export * from "../db/schema.ts";',
    'import "../auth/master.ts";',
    'const d = await import("../cache/key.ts");',
  ].join("\n");
  expect(zoneViolations("worker/pricing/cost.ts", source)).toEqual([
    "worker/pricing/cost.ts: pricing may not import gateway (../gateway/index.ts)",
    "worker/pricing/cost.ts: pricing may not import control (../control/index.ts)",
    "worker/pricing/cost.ts: pricing may not import db (../db/schema.ts)",
    "worker/pricing/cost.ts: pricing may not import auth (../auth/master.ts)",
    "worker/pricing/cost.ts: pricing may not import cache (../cache/key.ts)",
  ]);
});

it("lets the dashboard and the Worker see types alone of what they must not run", () => {
  expect(zoneViolations("web/src/api/types.ts", 'import type { A } from "../../../worker/core/record.ts";')).toEqual(
    [],
  );
  expect(zoneViolations("web/src/api/types.ts", 'import { a } from "../../../worker/core/record.ts";')).toHaveLength(1);
  expect(
    zoneViolations("web/src/api/types.ts", 'import type { K } from "../../../worker/control/key-shapes.ts";'),
  ).toEqual([]);
  expect(
    zoneViolations("web/src/api/types.ts", 'import type { K } from "../../../worker/control/keys.ts";'),
  ).toHaveLength(1);
  expect(zoneViolations("worker/control/key-shapes.ts", 'import { a } from "./call.ts";')).toHaveLength(1);
  expect(zoneViolations("worker/env.ts", 'import { Ledger } from "../durable-objects/ledger.ts";')).toHaveLength(1);
});

it("keeps Hono's context at the routes", () => {
  expect(zoneViolations("worker/control/keys.ts", 'import { Hono } from "hono";')).toEqual([]);
  expect(zoneViolations("worker/gateway/read.ts", 'import type { Context } from "hono/types";')).toHaveLength(1);
});

it("asks for a zone where a new room appears", () => {
  expect(zoneViolations("worker/newroom/a.ts", "")).toHaveLength(1);
});
