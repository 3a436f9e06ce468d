/** What the sources themselves promise: secrets are compared in constant time, and packages are what they were. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "..");

test("the operator's token and MACs are compared in a time that tells nothing", () => {
  const files = readdirSync(join(ROOT, "worker"), { recursive: true, withFileTypes: true }).filter(
    (one) => one.isFile() && one.name.endsWith(".ts") && !one.name.includes("test"),
  );
  const uses = files.flatMap(({ parentPath, name }) =>
    readFileSync(join(parentPath, name), "utf8")
      .split("\n")
      .filter((line) => line.includes(".METERR_ADMIN_TOKEN")),
  );
  expect(uses.length).toBeGreaterThan(1);
  for (const line of uses) expect(line).toMatch(/equalSecrets\(\w+, env\.METERR_ADMIN_TOKEN\)/);
  const secrets = readFileSync(join(ROOT, "worker/auth/secrets.ts"), "utf8");
  expect(secrets).toMatch(/return equalDigits\(await macOf\(/);
  expect(secrets).not.toMatch(/\bmac\b\)? ?[!=]==|[!=]== ?\(?\bmac\b/);
});

test("each package of the lockfile has a digest, or is another platform's binary that is loaded on no machine of ours", () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
    packages: Record<
      string,
      {
        integrity?: string;
        optional?: boolean;
        os?: string[];
        cpu?: string[];
        resolved?: string;
        link?: boolean;
        hasInstallScript?: boolean;
      }
    >;
  };
  const entries = Object.entries(packages).filter(([path]) => path !== "");
  expect(entries.length).toBeGreaterThan(300);
  for (const [path, entry] of entries) {
    // `npm run lockfile` adds them by name and version alone, where a registry holds none of them.
    const isOfOtherPlatform = entry.optional === true && (entry.os ?? entry.cpu) !== undefined;
    if (entry.integrity === undefined) expect(isOfOtherPlatform, path).toBe(true);
    else expect(entry.integrity, path).toMatch(/^sha512-/);
    // Where a package comes from is the machine's setting, so that no one's registry is baked in.
    expect(entry.resolved, path).toBeUndefined();
    expect(entry.link, path).toBeUndefined();
  }
});
