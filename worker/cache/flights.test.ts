import { expect, test } from "vitest";
import { NO_TOKENS } from "../core/usage.ts";
import { Flights, type Landing } from "./flights.ts";

const NOW = 1_000_000;
const KEY = "v1:a";
const landing = (more: Partial<Landing> = {}): Landing => ({
  status: 200,
  headers: [],
  modelServed: null,
  tokens: NO_TOKENS,
  costNanos: 7,
  storedAt: NOW,
  expiresAt: NOW + 60_000,
  body: new Uint8Array([1]),
  ...more,
});

function leading(kind: "live" | "whole" = "whole", stream = false) {
  const flights = new Flights(kind);
  return { flights, flight: flights.lead(KEY, { stream, now: NOW }) };
}

test("a flight is there to be followed from its start until its leader ends it", () => {
  const { flights, flight } = leading();
  expect(flights.at(KEY, NOW)).toBe(flight);
  expect(flights.at("v1:b", NOW)).toBeNull();
  flight.land(landing());
  expect(flights.at(KEY, NOW)).toBe(flight);
  flights.end(flight);
  expect(flights.at(KEY, NOW)).toBeNull();
  expect(flight).toMatchObject({ isLost: false, landing: { costNanos: 7 } });
});

test("one that ends without an answer is lost, and stays so", () => {
  const { flights, flight } = leading();
  flights.end(flight);
  flight.land(landing());
  expect(flight).toMatchObject({ isLost: true, landing: null });
  expect(flight.isUnderWay(NOW)).toBe(false);
});

test("the end of one flight leaves the next one with its key alone", () => {
  const { flights, flight } = leading();
  const next = flights.lead(KEY, { stream: false, now: NOW });
  flights.end(flight);
  expect(flights.at(KEY, NOW)).toBe(next);
});

test("a leader that is not sent soon, or gives no sign of life, is not waited for", () => {
  const { flights, flight } = leading();
  expect(flights.at(KEY, NOW + 1_999)).toBe(flight);
  expect(flights.at(KEY, NOW + 2_000)).toBeNull();
  flight.alive(NOW + 10_000);
  expect(flights.at(KEY, NOW + 20_000)).toBe(flight);
  expect(flights.at(KEY, NOW + 25_000)).toBeNull();
});

test.each([
  ["too long to be kept", landing({ body: null })],
  ["older than it may get", landing({ expiresAt: NOW })],
])("an answer that is %s is not there for those who come later", (_, answer) => {
  const { flights, flight } = leading();
  flight.land(answer);
  expect(flights.at(KEY, NOW)).toBeNull();
});

test("only a stream in an object has a tape, which breaks off with its flight", async () => {
  expect([leading("whole", true), leading("live", false)].map(({ flight }) => flight.tape)).toEqual([null, null]);
  const { flights, flight } = leading("live", true);
  flights.end(flight);
  expect(await flight.tape?.ended()).toBe("broken");
});

test("a stream whose beginning is gone takes nobody in", async () => {
  const { flights, flight } = leading("live", true);
  await flight.tape?.append(new Uint8Array(10_000_000));
  expect(flights.at(KEY, NOW)).toBeNull();
});

test("it is empty when the last one has left, each once", () => {
  const { flight } = leading("live", true);
  const [first, second] = [flight.board(), flight.board()];
  first();
  first();
  expect(flight.empty?.aborted).toBe(false);
  second();
  expect(flight.empty?.aborted).toBe(true);
});
