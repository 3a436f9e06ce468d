import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { optionalSettings } from "./workerd-config.ts";

const WORKER = join(import.meta.dirname, "../../worker");

it("hands every setting that the Worker reads on to it, but those that are empty", () => {
  const text = readFileSync(join(WORKER, "env.ts"), "utf8") + readFileSync(join(WORKER, "core/email.ts"), "utf8");
  const declared = new Set([...text.matchAll(/^ {2}(METERR_\w+)\??:/gm)].map(([, name]) => name ?? ""));
  const secrets = ["METERR_ADMIN_TOKEN", "METERR_MASTER_KEY"];
  const wanted = [...declared, "OPENAI_API_KEY", "GEMINI_API_KEY"].filter((name) => !secrets.includes(name));
  expect(wanted.length).toBeGreaterThan(10);
  const env = Object.fromEntries([...wanted, ...secrets, "HOME"].map((name) => [name, "x"]));
  expect(Object.keys(optionalSettings(env)).sort()).toEqual(wanted.sort());
  expect(optionalSettings({ METERR_SIGN_UP: "", METERR_PUBLIC_URL: "https://a" })).toEqual({
    METERR_PUBLIC_URL: "https://a",
  });
});
