import { expect, test } from "vitest";
import { priceOf } from "./catalogue.ts";
import { imageTokensOf } from "./image-tokens.ts";

function known(model: string) {
  const price = priceOf({ provider: "openai", model, time: Date.UTC(2026, 10, 24) });
  if (!price) throw new Error(`no price for ${model}`);
  return price;
}
const one = known("gpt-image-1");

test("an image's tokens go by its quality and size", () => {
  expect(imageTokensOf(one, { quality: "low", size: "1024x1024" })).toBe(272);
  expect(imageTokensOf(one, { quality: "high", size: "1024x1536" })).toBe(6_240);
  expect(imageTokensOf(known("gpt-image-1-mini"), { quality: "medium", size: "1536x1024" })).toBe(1_568);
});

test("what a request leaves open is the dearest", () => {
  expect(imageTokensOf(one, {})).toBe(6_240);
  expect(imageTokensOf(one, { quality: "low" })).toBe(408);
  expect(imageTokensOf(one, { quality: "auto", size: "1024x1024" })).toBe(4_160);
  expect(imageTokensOf(one, { quality: "medium", size: "auto" })).toBe(1_584);
});

test("partial images come on top, in JSON and in a form", () => {
  const asked = { quality: "low", size: "1024x1024" };
  expect(imageTokensOf(one, { ...asked, partial_images: 2 })).toBe(472);
  expect(imageTokensOf(one, { ...asked, partial_images: "3" })).toBe(572);
  expect(imageTokensOf(one, { ...asked, partial_images: 99 })).toBe(572);
  expect(imageTokensOf(one, { ...asked, partial_images: "many" })).toBe(272);
});

test("models that also write, and take any size, have no documented maximum", () => {
  expect(imageTokensOf(known("gpt-image-1.5"), { quality: "low", size: "1024x1024" })).toBeNull();
  expect(imageTokensOf(known("gpt-image-2"), {})).toBeNull();
});
