import { expect, test } from "vitest";
import { split } from "./split.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const PARTS = ["data: a\n\n", "data: ü", "\n\n", "data: [DONE]\n\n"];

/** A provider's stream, as JavaScript makes one: the runtime cannot pipe from one identity stream to another. */
function provider(breaks = false) {
  let next = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = PARTS[next++];
      if (part !== undefined) controller.enqueue(bytes(part));
      else if (breaks) controller.error(new Error("reset"));
      else controller.close();
    },
  });
}

function relayed(from: ReadableStream<Uint8Array>) {
  const { readable, writable } = new IdentityTransformStream();
  const client = new AbortController();
  let seen = "";
  let cancelled = false;
  const decoder = new TextDecoder();
  const end = split({
    body: from,
    to: writable,
    see: (chunk) => {
      seen += decoder.decode(chunk, { stream: true });
    },
    client: client.signal,
    cancel: () => {
      cancelled = true;
    },
  });
  return { readable, client, end, seen: () => seen, cancelled: () => cancelled };
}

test("the client and the meter get all the bytes, and the meter needs no look per chunk to be there at the end", async () => {
  const way = relayed(provider());
  const got = await new Response(way.readable).text();
  expect(got).toBe(PARTS.join(""));
  expect(await way.end).toBe("complete");
  expect(way.seen()).toBe(got);
});

test("a chunk reaches the client while the meter sleeps", async () => {
  let send: (part: string) => void = () => {};
  let close = () => {};
  const way = relayed(
    new ReadableStream<Uint8Array>({
      start(controller) {
        send = (part) => controller.enqueue(bytes(part));
        close = () => controller.close();
      },
    }),
  );
  const reader = way.readable.getReader();
  // Each is taken before the next is sent, so that none can wait for company.
  for (let n = 0; n < 20; n++) {
    send(`data: ${n}\n\n`);
    expect(new TextDecoder().decode((await reader.read()).value)).toBe(`data: ${n}\n\n`);
  }
  expect(way.seen()).not.toContain("data: 19");
  close();
  expect((await reader.read()).done).toBe(true);
  expect(await way.end).toBe("complete");
  expect(way.seen()).toContain("data: 19\n\n");
});

test("what the provider breaks off is broken off for the client too", async () => {
  const way = relayed(provider(true));
  await expect(new Response(way.readable).text()).rejects.toThrow();
  expect(await way.end).toBe("broken");
});

test("a client that leaves cancels the provider", async () => {
  const way = relayed(provider());
  const reader = way.readable.getReader();
  await reader.read();
  way.client.abort();
  await reader.cancel();
  expect(await way.end).toBe("left");
  expect(way.cancelled()).toBe(true);
});
