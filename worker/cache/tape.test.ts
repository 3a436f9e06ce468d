import { expect, test } from "vitest";
import { Tape } from "./tape.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = (body: ReadableStream<Uint8Array>) => new Response(body).text();
const ignored = () => {};

async function tapeOf(chunks: string[], maxBytes = 1_000): Promise<Tape> {
  const tape = new Tape(maxBytes);
  for (const chunk of chunks) await tape.append(bytes(chunk));
  return tape;
}

test("whoever comes, and whenever, gets everything from the first byte", async () => {
  const tape = new Tape(1_000);
  const early = textOf(tape.readable(ignored));
  await tape.append(bytes("a"));
  const middle = textOf(tape.readable(ignored));
  await tape.append(bytes("b"));
  tape.end("complete");
  const late = textOf(tape.readable(ignored));
  expect(await Promise.all([early, middle, late])).toEqual(["ab", "ab", "ab"]);
  expect(await tape.ended()).toBe("complete");
});

test("what comes is there for its takers before anything follows", async () => {
  const tape = new Tape(1_000);
  const reader = tape.readable(ignored).getReader();
  const first = reader.read();
  await tape.append(bytes("a"));
  expect((await first).value).toEqual(bytes("a"));
});

test("what was broken off ends in an error, for those who come later too", async () => {
  const tape = await tapeOf(["a"]);
  const early = textOf(tape.readable(ignored));
  tape.end("broken");
  tape.end("complete");
  await expect(early).rejects.toThrow("broken off");
  await expect(textOf(tape.readable(ignored))).rejects.toThrow("broken off");
});

test("its writable side ends it as it ends itself", async () => {
  const [whole, broken] = [new Tape(1_000), new Tape(1_000)];
  const writer = whole.writable().getWriter();
  await writer.write(bytes("a"));
  await writer.close();
  await broken.writable().abort(new Error("no more"));
  expect(await Promise.all([whole.ended(), broken.ended()])).toEqual(["complete", "broken"]);
});

test("who wants no more says so", async () => {
  const tape = await tapeOf(["a"]);
  let left = 0;
  await tape.readable(() => left++).cancel();
  expect(left).toBe(1);
});

test("a full tape waits as long as nobody has taken its oldest chunk", async () => {
  const tape = await tapeOf(["aaaa"], 5);
  const reader = tape.readable(ignored).getReader();
  let isRoom = false;
  const appended = tape.append(bytes("bbbb")).then(() => {
    isRoom = true;
  });
  await scheduler.wait(20);
  expect(isRoom).toBe(false);
  await reader.read();
  await appended;
  expect(tape.isWhole).toBe(false);
  expect((await reader.read()).value).toEqual(bytes("bbbb"));
});

test("a full tape holds nobody up: who is too far behind is broken off, and nobody can join", async () => {
  const tape = new Tape(5);
  const fast = textOf(tape.readable(ignored));
  const slow = tape.readable(ignored).getReader();
  for (const chunk of ["aaaa", "bbbb", "cccc"]) await tape.append(bytes(chunk));
  tape.end("complete");
  expect(await fast).toBe("aaaabbbbcccc");
  await expect(slow.read()).rejects.toThrow("broken off");
  await expect(textOf(tape.readable(ignored))).rejects.toThrow("broken off");
});

test("without anyone who takes, a full tape waits for nobody", async () => {
  const tape = await tapeOf(["aaaa", "bbbb", "cccc"], 5);
  expect(tape.isWhole).toBe(false);
});
