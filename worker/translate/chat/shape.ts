/** What is read of an OpenAI chat completion request. */
import { orText, type Shape, unless, variants } from "../shape.ts";

const text: Shape = { type: "read", text: "read", refusal: "read", cache_control: "hint" };
const part = variants("type", "text", {
  text,
  refusal: text,
  image_url: { type: "read", image_url: { url: "read", detail: "hint" }, cache_control: "hint" },
  input_audio: { type: "read", input_audio: { data: "read", format: "read" } },
  file: { type: "read", file: { filename: "read", file_data: "read", file_id: "read" }, cache_control: "hint" },
});
const said: Shape = { role: "read", content: orText([part]), name: "hint", cache_control: "hint" };

const message = variants("role", "user", {
  system: said,
  developer: said,
  user: said,
  assistant: {
    ...said,
    refusal: "read",
    reasoning: "read",
    reasoning_content: "read",
    reasoning_details: "read",
    tool_calls: [{ id: "read", type: "read", index: "read", function: { name: "read", arguments: "read" } }],
    // What an answer has besides its words.
    annotations: "hint",
    images: "hint",
  },
  tool: { ...said, tool_call_id: "read" },
});

const fn: Shape = { name: "read", description: "read", parameters: "read", strict: "read" };

export const CHAT: Shape = {
  model: "read",
  messages: [message],
  stream: "read",
  stream_options: { include_usage: "read", include_obfuscation: "hint" },
  max_tokens: "read",
  max_completion_tokens: "read",
  temperature: "read",
  top_p: "read",
  top_k: "read",
  presence_penalty: "read",
  frequency_penalty: "read",
  seed: "read",
  stop: "read",
  // Tools of other types are told as a whole.
  tools: [variants("type", "", { function: { type: "read", function: fn, cache_control: "hint" } })],
  tool_choice: orText({ type: "read", function: { name: "read" } }),
  parallel_tool_calls: "read",
  response_format: {
    type: "read",
    json_schema: { name: "read", description: "read", schema: "read", strict: "read" },
  },
  reasoning_effort: "read",
  n: unless(1),
  logprobs: unless(),
  top_logprobs: unless(0),
  modalities: (value) => String(value) === "text",
  user: "hint",
  metadata: "hint",
  store: "hint",
  service_tier: "hint",
  prompt_cache_key: "hint",
  prompt_cache_retention: "hint",
  prompt_cache_options: "hint",
  safety_identifier: "hint",
  prediction: "hint",
  verbosity: "hint",
};
