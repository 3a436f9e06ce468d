import { expect, test } from "vitest";
import { added, inTurns, type Measurement, middle, ratio, type Turns } from "./measure.ts";
import { plot } from "./plot.ts";
import { markdownTable, plainTable } from "./table.ts";

const measured = (cpuMsPerRequest: number, p50Ms: number): Measurement => ({
  ...{ requests: 10, requestsPerSecond: 10, chunkP50Ms: 0, chunkP99Ms: 0, memoryBytes: 0, p99Ms: 0 },
  ...{ cpuMsPerRequest, p50Ms },
});

const TURNS: Turns = {
  bare: [measured(1, 1), measured(2, 2), measured(4, 3)],
  meterr: [measured(2, 3), measured(6, 2.5), measured(8, 4)],
};

test("a ratio is the median of the rounds' own ratios, not the ratio of the medians", () => {
  expect(ratio(TURNS, ["meterr", "bare"], (m) => m.cpuMsPerRequest)).toBe(2);
  expect(added(TURNS, ["meterr", "bare"], (m) => m.p50Ms)).toBe(1);
});

test("a side that was not measured has no figure", () => {
  expect(middle(TURNS, "portkey", (m) => m.p50Ms)).toBeNaN();
  expect(ratio(TURNS, ["meterr", "portkey"], (m) => m.p50Ms)).toBeNaN();
});

test("a peer that cannot be reached is left out, and we are not", async () => {
  const nowhere = { origin: "http://127.0.0.1:9", path: "/", headers: {}, pid: process.pid };
  const load = { connections: 1, seconds: 0.1, each: 1 };
  expect(await inTurns(load, [{ ...nowhere, side: "portkey" }], 1)).toEqual({});
  await expect(inTurns(load, [{ ...nowhere, side: "meterr" }], 1)).rejects.toThrow("meterr failed under load");
});

test("tables align, and a plot has a bar for each figure that there is", () => {
  const rows = [
    ["", "a", "b"],
    ["first", "1", "200"],
  ];
  expect(plainTable(rows)).toBe("        a     b\nfirst   1   200");
  expect(markdownTable(rows)).toBe("|  | a | b |\n|---|--:|--:|\n| first | 1 | 200 |");
  const bar = { requestsPerSecond: 100, cpuMicros: 10, streamCpuMs: 1, firstByteP50Ms: 1 };
  const svg = plot([
    { name: "meterr", ...bar },
    { name: "Portkey", ...bar, streamCpuMs: Number.NaN },
  ]);
  expect(svg.match(/class="ours"/g)).toHaveLength(4);
  expect(svg.match(/class="other"/g)).toHaveLength(3);
});
