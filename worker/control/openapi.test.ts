import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { v1 } from "./api.ts";
import type { OpenApi } from "./openapi.ts";
import { call, newTenant, OPERATOR, raw } from "./test-kit.ts";

let document: OpenApi;
let tenant = "";
beforeAll(async () => {
  tenant = await newTenant();
  document = (await call("GET", "/api/v1/openapi.json")).body;
});

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );

it("is there for anyone, and is OpenAPI 3.1 of this very server", () => {
  expect(document.openapi).toBe("3.1.0");
  expect(document.servers).toEqual([{ url: "http://meterr.example" }]);
});

it("has every route that is mounted, and no other", () => {
  // Each path is mounted once more for all other methods.
  const mounted = v1.router.routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} /api/v1${path.replace(/:(\w+)/g, "{$1}")}`);
  expect(
    operations()
      .map(({ method, path }) => `${method} ${path}`)
      .sort(),
  ).toEqual([...new Set(mounted)].sort());
  expect(mounted.length).toBeGreaterThan(50);
});

it("names nothing that is answered with 404 or 405", async () => {
  for (const { method, path } of operations()) {
    if (path.includes("/operator/")) continue;
    // An object that is not there is a 404 too, but one that says so.
    const url = path.replace("{tenant}", tenant).replace(/\{\w+\}/g, "nothing");
    const { status, body } = await call(method, url, { headers: OPERATOR });
    if (method === "DELETE" && path === "/api/v1/tenants/{tenant}") {
      tenant = await newTenant();
      continue;
    }
    expect(status, `${method} ${path}`).not.toBe(405);
    if (status === 404) expect(body.error.message, `${method} ${path}`).not.toContain("path");
  }
});

describe("each operation", () => {
  it("has an id of its own, a line about it, who may, and an answer", () => {
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { method, path, operation } of operations()) {
      const at = `${method} ${path}`;
      expect(operation.operationId, at).toMatch(/^[a-z][a-z0-9_]+$/);
      expect(operation.summary, at).toMatch(/^[A-Z].*\.$/);
      expect(operation.description, at).toMatch(/^For |. For /);
      expect(operation.responses["200"] ?? operation.responses["101"], at).toBeDefined();
    }
  });

  it("declares the parameters of its path, each once", () => {
    for (const { method, path, operation } of operations()) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = operation.parameters.filter((each) => each.in === "path");
      expect(
        declared.map(({ name }) => name),
        `${method} ${path}`,
      ).toEqual(named);
      expect(declared.every(({ required }) => required)).toBe(true);
      const all = operation.parameters.map((each) => `${each.in} ${each.name}`);
      expect(new Set(all).size, `${method} ${path}`).toBe(all.length);
    }
  });

  it("that reads a body shows one that its own schema takes", () => {
    const withBody = v1.operations.filter(({ body, method }) => body && method !== "PATCH");
    expect(withBody.length).toBeGreaterThan(10);
    for (const { method, path, body, example } of withBody) {
      const { error } = body?.safeParse(example) ?? {};
      expect(error && z.prettifyError(error), `${method} ${path}`).toBeUndefined();
    }
  });

  it("that shows one object says how to change it only if nobody else has", () => {
    for (const { method, path, operation } of operations()) {
      const hasIfMatch = operation.parameters.some(({ name }) => name === "If-Match");
      expect(hasIfMatch, `${method} ${path}`).toBe(operation.responses["412"] !== undefined);
      if (method === "PATCH" || method === "DELETE") expect(hasIfMatch, `${method} ${path}`).toBe(true);
    }
  });
});

it("refers only to schemas that it has, and has no schema that says nothing", () => {
  const text = JSON.stringify(document);
  const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference = ""]) => reference);
  expect(references.length).toBeGreaterThan(20);
  for (const reference of new Set(references)) {
    const name = reference.replace("#/components/schemas/", "");
    expect(document.components.schemas[name], reference).toMatchObject({ type: "object", properties: {} });
  }
  expect(text).not.toContain('"$defs"');
  expect(text).not.toContain('"$schema"');
  for (const { method, path, operation } of operations()) {
    const answer = operation.responses["200"]?.content?.["application/json"];
    if (answer) expect(Object.keys(answer.schema as object).length, `${method} ${path}`).toBeGreaterThan(0);
    for (const { name, schema } of operation.parameters) {
      expect(Object.keys(schema as object).length, `${name} of ${method} ${path}`).toBeGreaterThan(0);
    }
  }
});

it("is readable as a page that loads nothing from elsewhere and runs nothing", async () => {
  const response = await raw("GET", "/api/docs");
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  const html = await response.text();
  for (const { path, operation } of operations()) {
    expect(html).toContain(`<code>${path}</code>`);
    expect(html).toContain(`id="${operation.operationId}"`);
  }
  expect(html).not.toMatch(
    /<script|<link rel="(?!icon)|<img|src=|@import|url\(|https?:\/\/(?!meterr\.example|hooks\.example|otlp\.example|json-schema)/,
  );
  // Links lead to places that are there.
  for (const [, id] of html.matchAll(/href="#([^"]+)"/g)) expect(html).toContain(`id="${id}"`);
});
