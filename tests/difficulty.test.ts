/** Here and not beside the code: clocks stand still in a Worker. */
import { expect, test } from "vitest";
import { difficultyOf } from "../worker/routing/difficulty.ts";
import { featuresOf } from "../worker/routing/features.ts";

test("how hard a request of megabytes is, is told in less than a millisecond", () => {
  const words =
    "Explain why this distributed system deadlocks; it must not take more than 3 steps. What is f(x) {? ".repeat(400);
  const turn = [
    { role: "user", content: words },
    { role: "assistant", content: words },
  ];
  const body = { messages: Array.from({ length: 60 }, () => turn).flat() };
  const once = () => difficultyOf(featuresOf(body, { inputTokens: 1, maxOutputTokens: null, media: 0 }));
  const times = Array.from({ length: 200 }, () => {
    const begun = performance.now();
    once();
    return performance.now() - begun;
  });
  // The median: what runs beside it says nothing of the work.
  expect(times.sort((a, b) => a - b)[100]).toBeLessThan(1);
});
