import { expect, it } from "vitest";
import { inlineMediaOf } from "./inline-media.ts";

const DATA = "iVBORw0KGgoAAAANSUhEUgAAAIAAAACACAYAAADDPmHLAAAABmJLR0QA".repeat(4);

it("finds base64 in the fields of every dialect", () => {
  const bodies = [
    { messages: [{ content: [{ type: "image_url", image_url: { url: `data:image/png;base64,${DATA}` } }] }] },
    { messages: [{ content: [{ type: "image", source: { type: "base64", media_type: "image/png", data: DATA } }] }] },
    { contents: [{ parts: [{ inlineData: { mimeType: "image/png", data: DATA } }] }] },
    { input: [{ content: [{ type: "input_image", image_url: `data:image/png;base64,${DATA}` }] }] },
    { images: [`data:image/png;base64,${DATA}`] },
  ];
  for (const body of bodies) expect(inlineMediaOf(body)).toEqual({ bytes: DATA.length, audioCount: 0, audioTokens: 0 });
});

it("bounds the tokens of audio by its size", () => {
  const wav = { messages: [{ content: [{ type: "input_audio", input_audio: { format: "wav", data: DATA } }] }] };
  expect(inlineMediaOf(wav)).toEqual({ bytes: DATA.length, audioCount: 1, audioTokens: DATA.length / 16 });
  const opus = { contents: [{ parts: [{ inline_data: { mime_type: "audio/ogg", data: DATA } }] }] };
  expect(inlineMediaOf(opus).audioTokens).toBe(DATA.length);
});

it("leaves alone what looks like media where the model reads text", () => {
  const blob = { mimeType: "image/png", media_type: "image/png", format: "png", data: DATA, image: DATA };
  const bodies = [
    { contents: [{ parts: [{ functionResponse: { name: "shot", response: blob } }] }] },
    { contents: [{ parts: [{ functionCall: { name: "send", args: { source: blob } } }] }] },
    { messages: [{ content: [{ type: "tool_use", id: "t", name: "send", input: { source: blob } }] }] },
    { messages: [{ role: "user", content: `data:image/png;base64,${DATA}` }] },
    { messages: [{ content: [{ type: "text", text: `data:image/png;base64,${DATA}` }] }] },
    { messages: [], tools: [{ type: "function", function: { parameters: { properties: { a: blob } } } }] },
    { input: [{ type: "function_call_output", call_id: "c", output: `data:image/png;base64,${DATA}` }] },
  ];
  for (const body of bodies) expect(inlineMediaOf(body).bytes).toBe(0);
});

it("leaves text alone that stands where data could", () => {
  const text = "plain words, again and again and again and again and again and again";
  expect(inlineMediaOf({ source: { media_type: "text/plain", data: text } }).bytes).toBe(0);
  expect(inlineMediaOf({ source: { media_type: "image/png", data: text } }).bytes).toBe(0);
  expect(inlineMediaOf({ role: "user", data: DATA }).bytes).toBe(0);
  expect(inlineMediaOf({ content: DATA }).bytes).toBe(0);
  expect(inlineMediaOf("text").bytes).toBe(0);
});
