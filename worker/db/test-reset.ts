/** Before each file of those that share a workerd: nothing is stored that the file before it stored. */
import { reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll } from "vitest";

const tables = async () => (await env.DB.prepare("SELECT name FROM sqlite_schema").all()).results;

beforeAll(async () => {
  // Only what is in memory is reset: what has not been used for a while has to be reached first.
  await Promise.all([tables(), env.CACHE.list({ limit: 1 }), env.ARCHIVE.list({ limit: 1 })]);
  await reset();
  const left = await tables();
  if (left.length > 0) throw new Error(`the database still has ${JSON.stringify(left)}`);
});
