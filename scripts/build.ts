/** `npm run build`: builds what is older than its sources. */
import { buildIfStale } from "./lib/build.ts";

await buildIfStale((line) => process.stderr.write(`${line}\n`));
