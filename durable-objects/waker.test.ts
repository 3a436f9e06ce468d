import { expect, test, vi } from "vitest";
import { Waker } from "./waker.ts";

function waker(wake = vi.fn(async () => {})) {
  const setAlarm = vi.fn(async (_at: number | Date) => {});
  return { wake, setAlarm, waker: new Waker({ storage: { setAlarm }, wake }) };
}

const SOON_MS = 20;
const LATE_MS = 60_000;

test("what is due soon is done by a timer, and sets the alarm once however often it is asked for", async () => {
  const { waker: it, wake, setAlarm } = waker();
  const now = Date.now();
  for (let n = 0; n < 10; n++) it.wakeAt(now + SOON_MS + n, now + n);
  expect(setAlarm).toHaveBeenCalledTimes(1);
  expect(Number(setAlarm.mock.calls[0]?.[0])).toBeGreaterThan(now + SOON_MS);
  await expect.poll(() => wake.mock.calls.length).toBe(1);
});

test("what comes sooner takes the place of what comes later", async () => {
  const { waker: it, wake, setAlarm } = waker();
  const now = Date.now();
  it.wakeAt(now + LATE_MS, now);
  it.wakeAt(now + 4_000, now);
  it.wakeAt(now + SOON_MS, now);
  await expect.poll(() => wake.mock.calls.length, { timeout: 1_000 }).toBe(1);
  // One for what is late, one that comes before it.
  expect(setAlarm).toHaveBeenCalledTimes(2);
});

test("what is due late has the alarm alone, and nothing has neither", () => {
  const { waker: it, setAlarm } = waker();
  const now = Date.now();
  it.wakeAt(Number.POSITIVE_INFINITY, now);
  expect(it.isSet).toBe(false);
  it.wakeAt(now + LATE_MS, now);
  expect(setAlarm.mock.calls).toEqual([[now + LATE_MS]]);
  expect(it.isSet).toBe(true);
});

test("an alarm that rang can be set again", async () => {
  const { waker: it, wake, setAlarm } = waker();
  const now = Date.now();
  it.wakeAt(now + LATE_MS, now);
  await it.ring();
  expect([wake.mock.calls.length, it.isSet]).toEqual([1, false]);
  it.wakeAt(now + LATE_MS, now);
  expect(setAlarm).toHaveBeenCalledTimes(2);
});

test("a timer's work that fails is left to the alarm", async () => {
  const failing = vi.fn(async () => {
    throw new Error("disk full");
  });
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  const { waker: it } = waker(failing);
  it.wakeAt(Date.now(), Date.now());
  await expect.poll(() => said.mock.calls.length).toBe(1);
  expect(it.isSet).toBe(true);
  said.mockRestore();
});
