import { expect, test } from "vitest";
import { readOptions } from "./options.ts";

test("without arguments it compares with every peer and writes nothing", () => {
  expect(readOptions([])).toEqual({ json: null, peers: ["portkey", "litellm"], docs: false });
});

test("peers are left out or picked by name, and the figures go where they are told to", () => {
  expect(readOptions(["--peers", "none", "--json", "out.json"])).toEqual({ json: "out.json", peers: [], docs: false });
  expect(readOptions(["--docs", "--peers", "litellm"])).toEqual({ json: null, peers: ["litellm"], docs: true });
});

test.each([
  [["--peers", "bifrost"], /not "bifrost"/],
  [["--peers"], /--peers takes/],
  [["--json"], /needs a file/],
  [["--fast"], /--fast/],
])("%j is refused with a reason", (args, reason) => {
  expect(readOptions(args)).toMatch(reason);
});
