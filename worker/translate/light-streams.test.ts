import { describe, expect, test } from "vitest";
import { type Controller, ReadableStream, TextDecoderStream, TransformStream } from "./light-streams.ts";

async function all<T>(stream: ReadableStream<T>): Promise<T[]> {
  const reader = stream.getReader();
  const values: T[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return values;
    values.push(value);
  }
}

const counting = (to: number, pulls: { count: number } = { count: 0 }) =>
  new ReadableStream<number>({
    pull(controller) {
      if (pulls.count === to) controller.close();
      else controller.enqueue(++pulls.count);
    },
  });

describe("a light stream", () => {
  test("passes what it is given through transforms, in order, what they say before and after included", async () => {
    const doubled = new TransformStream<number, string>({
      start: (controller) => controller.enqueue("start"),
      transform: async (value, controller) => {
        await Promise.resolve();
        if (value !== 2) controller.enqueue(String(value * 2));
      },
      flush: (controller) => controller.enqueue("end"),
    });
    expect(await all(counting(4).pipeThrough(doubled))).toEqual(["start", "2", "6", "8", "end"]);
  });

  test("asks its source for no more than is read", async () => {
    const pulls = { count: 0 };
    const reader = counting(9, pulls)
      .pipeThrough(
        new TransformStream<number, number>({
          transform: (value, controller) => controller.enqueue(value),
        }),
      )
      .getReader();
    await reader.read();
    await reader.read();
    expect(pulls.count).toBe(2);
  });

  test("keeps the order behind a transform that takes its time, and ends after it", async () => {
    let pulls = 0;
    const source = new ReadableStream<number>({
      pull: (controller) => {
        pulls++;
        for (const value of [3, 1, 2]) controller.enqueue(value);
        controller.close();
      },
    });
    const slow = new TransformStream<number, number>({
      transform: async (value, controller) => {
        for (let turn = 0; turn < value; turn++) await Promise.resolve();
        controller.enqueue(value);
      },
    });
    const after = new TransformStream<number, string>({
      transform: (value, controller) => controller.enqueue(`${value}`),
      flush: (controller) => controller.enqueue("end"),
    });
    expect(await all(source.pipeThrough(slow).pipeThrough(after))).toEqual(["3", "1", "2", "end"]);
    expect(pulls).toBe(1);
  });

  test("asks its source once where two wait for it", async () => {
    let pulls = 0;
    const [one, other] = new ReadableStream<number>({
      pull: async (controller) => {
        const pull = ++pulls;
        await Promise.resolve();
        controller.enqueue(pull);
      },
    }).tee();
    const [first, second] = await Promise.all([one.getReader().read(), other.getReader().read()]);
    expect([first.value, second.value, pulls]).toEqual([1, 1, 1]);
  });

  test("passes on what was there before anything was piped, and the end of it", async () => {
    const source = new ReadableStream<number>({
      start: (controller) => {
        controller.enqueue(1);
        controller.close();
      },
    });
    const passing = new TransformStream<number, number>({
      transform: (value, controller) => controller.enqueue(value),
    });
    expect(await all(source.pipeThrough(passing))).toEqual([1]);
  });

  test("fails whoever reads when its source or a transform does", async () => {
    const failing = new ReadableStream<number>({
      pull: () => {
        throw new Error("gone");
      },
    });
    await expect(failing.getReader().read()).rejects.toThrow("gone");
    const broken = counting(3).pipeThrough(
      new TransformStream<number, number>({
        transform: () => {
          throw new Error("no number");
        },
      }),
    );
    await expect(all(broken)).rejects.toThrow("no number");
    const late = counting(3).pipeThrough(
      new TransformStream<number, number>({ transform: () => Promise.reject(new Error("not in time")) }),
    );
    await expect(all(late)).rejects.toThrow("not in time");
    let controller: Controller<number> | null = null;
    const waiting = new ReadableStream<number>({
      start: (given) => {
        controller = given;
      },
    });
    const read = waiting.getReader().read();
    (controller as Controller<number> | null)?.error(new Error("late"));
    await expect(read).rejects.toThrow("late");
  });

  test("is read twice once it is split, and one branch goes on without the other", async () => {
    const cancelled: unknown[] = [];
    let next = 0;
    const [one, other] = new ReadableStream<number>({
      pull: (controller) => (++next > 4 ? controller.close() : controller.enqueue(next)),
      cancel: (reason) => cancelled.push(reason),
    }).tee();
    const reader = one.getReader();
    expect((await reader.read()).value).toBe(1);
    expect((await reader.read()).value).toBe(2);
    await reader.cancel();
    expect(await all(other)).toEqual([1, 2, 3, 4]);
    expect(cancelled).toEqual([]);
  });

  test("cancels its source through transforms, and once both branches are left", async () => {
    const cancelled: unknown[] = [];
    const source = () => new ReadableStream<number>({ cancel: (reason) => cancelled.push(reason) });
    await source().pipeThrough(new TransformStream<number, number>()).cancel("a");
    const [one, other] = source().tee();
    await one.cancel("b");
    expect(cancelled).toEqual(["a"]);
    await other.cancel("c");
    expect(cancelled).toEqual(["a", "c"]);
    expect(await other.getReader().read()).toEqual({ done: true, value: undefined });
  });

  test("decodes text across chunks", async () => {
    const bytes = new TextEncoder().encode("naïve 😀");
    const chunks = [...bytes].map((byte) => Uint8Array.of(byte));
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (const chunk of chunks) controller.enqueue(chunk);
        controller.close();
      },
    });
    expect((await all(stream.pipeThrough(new TextDecoderStream()))).join("")).toBe("naïve 😀");
  });
});
