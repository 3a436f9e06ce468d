import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { withoutNoise } from "./quiet.ts";

const LOOK_UP =
  "workerd/jsg/util.c++:320: error: e = rust/worker/ffi.rs:104: failed: failed to lookup address information: Name or service not known\n" +
  "stack: /x/workerd@2b5edc0 /x/workerd@3fe4230; sentryErrorContext = jsgInternalError; wdErrId = teoc547\n";
const BROKEN_OFF =
  "workerd/server/server/listen/mod.rs:372: error: Uncaught exception: workerd/jsg/value.h:1456: failed: remote.jsg.Error: the answer was broken off\n";
const OTHER = "workerd/io/worker.c++:12: error: e = something else\nstack: /x/workerd@2b5edc0\n";

/** What passes of `text`, which comes in pieces of `size`. */
async function passed(text: string, size: number): Promise<string> {
  const from = new PassThrough();
  let out = "";
  withoutNoise(from, (line) => {
    out += line;
  });
  for (let at = 0; at < text.length; at += size) from.write(text.slice(at, at + size));
  from.end();
  await new Promise((resolve) => from.once("end", resolve));
  return out;
}

test.each([1, 7, 10_000])(
  "failed look-ups and answers that broke off are no news, all else is, in pieces of %i",
  async (size) => {
    expect(await passed(`a\n${LOOK_UP}${OTHER}${BROKEN_OFF}${LOOK_UP}stack: alone?\nno end`, size)).toBe(
      `a\n${OTHER}stack: alone?\nno end`,
    );
  },
);
