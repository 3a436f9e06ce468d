import { expect, it } from "vitest";
import { inlineMediaOf } from "./inline-media.ts";

const DATA = "iVBORw0KGgoAAAANSUhEUgAAAIAAAACACAYAAADDPmHLAAAABmJLR0QA".repeat(4);

/** How a WAVE file begins, in base64. */
function wave(format: number, samplesPerSecond: number): string {
  const head = Buffer.alloc(48);
  head.write("RIFF\0\0\0\0WAVEfmt ");
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(format, 20);
  head.writeUInt32LE(samplesPerSecond, 24);
  return head.toString("base64");
}

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
  const said = (format: string, data: string) =>
    inlineMediaOf({ messages: [{ content: [{ type: "input_audio", input_audio: { format, data } }] }] });
  const wav = wave(1, 24_000) + DATA;
  expect(said("wav", wav)).toEqual({ bytes: wav.length, audioCount: 1, audioTokens: wav.length / 16 });
  const mp3 = `//uQ${DATA}${DATA}`;
  expect(said("mp3", mp3).audioTokens).toBe(Math.ceil(mp3.length / 16));
  // Whatever it is called, what it is may be hours of silence: packed samples, few of them, another format.
  for (const data of [wave(0x11, 8_000) + DATA, wave(1, 100) + DATA])
    expect(said("wav", data).audioTokens).toBe(data.length);
  expect(said("wav", `====${DATA}`).audioTokens).toBe(4 + DATA.length);
  expect(said("mp3", `T2dnUwAC${DATA}`).audioTokens).toBe(8 + DATA.length);
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
