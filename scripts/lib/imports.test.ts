import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { importsOf, loads } from "./imports.ts";

describe("the imports of a file", () => {
  it("are those of every form, and say where nothing is loaded", () => {
    const source = [
      'import { one } from "./one.ts";',
      'import type { Two } from "./two.ts";',
      'export * from "./three.ts";',
      'import "./four.ts";',
      'const five = await import("./five.ts");',
      "import {",
      "  six,",
      '} from "cloudflare:test";',
    ].join("\n");
    expect(importsOf(source)).toEqual([
      { specifier: "./one.ts", isType: false },
      { specifier: "./two.ts", isType: true },
      { specifier: "./three.ts", isType: false },
      { specifier: "./four.ts", isType: false },
      { specifier: "./five.ts", isType: false },
      { specifier: "cloudflare:test", isType: false },
    ]);
  });
});

describe("what a file loads", () => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "meterr-imports-"));
    writeFileSync(at("far.ts"), 'import { env } from "cloudflare:workers";\nimport "./near.ts";\n');
    writeFileSync(at("near.ts"), 'import { far } from "./far.ts";\n');
    writeFileSync(at("type.ts"), 'import type { far } from "./far.ts";\nimport "elsewhere";\nimport "./gone.ts";\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is also what the files it imports load, in circles or not", () => {
    expect(loads(at("far.ts"), /^cloudflare:/)).toBe(true);
    expect(loads(at("near.ts"), /^cloudflare:/)).toBe(true);
    expect(loads(at("near.ts"), /^node:/)).toBe(false);
  });

  it("is nothing by a type, and nothing of what is not there", () => {
    expect(loads(at("type.ts"), /^cloudflare:/)).toBe(false);
    expect(loads(at("type.ts"), /^elsewhere$/)).toBe(true);
  });
});
