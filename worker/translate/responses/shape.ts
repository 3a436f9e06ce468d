/** What is read of an OpenAI Responses request. */
import { orText, type Shape, unless, variants } from "../shape.ts";

/** Of whoever stores items; nothing is stored here. */
const stored: Shape = { type: "read", id: "read", status: "read" };
const text: Shape = { type: "read", text: "read", refusal: "read", annotations: "hint", logprobs: "hint" };

const part = variants("type", "input_text", {
  input_text: text,
  output_text: text,
  text,
  refusal: text,
  input_image: { type: "read", image_url: "read", file_id: "read", detail: "hint" },
  input_file: {
    type: "read",
    filename: "read",
    file_data: "read",
    file_url: "read",
    file_id: "read",
    detail: "hint",
  },
});

const call: Shape = { ...stored, call_id: "read", name: "read" };
const output: Shape = { ...stored, call_id: "read", output: orText([part]) };
const item = variants("type", "message", {
  message: { ...stored, role: "read", content: orText([part]), phase: "hint" },
  function_call: { ...call, arguments: "read" },
  custom_tool_call: { ...call, input: "read" },
  function_call_output: output,
  custom_tool_call_output: output,
  reasoning: { ...stored, summary: "read", content: "read", encrypted_content: "read" },
});

export const RESPONSES: Shape = {
  model: "read",
  input: orText([item]),
  instructions: "read",
  stream: "read",
  max_output_tokens: "read",
  temperature: "read",
  top_p: "read",
  // Tools of other types are told as a whole.
  tools: [
    variants("type", "", {
      function: { type: "read", name: "read", description: "read", parameters: "read", strict: "read" },
      custom: {
        type: "read",
        name: "read",
        description: "read",
        format: { type: "read", syntax: "read", definition: "read" },
      },
    }),
  ],
  tool_choice: orText({ type: "read", name: "read" }),
  parallel_tool_calls: "read",
  // Thoughts that a provider shows are shown, at whatever length it has.
  reasoning: { effort: "read", summary: "read", generate_summary: "read", context: "hint", mode: "hint" },
  text: {
    format: { type: "read", name: "read", description: "read", schema: "read", strict: "read" },
    verbosity: "hint",
  },
  background: unless(),
  top_logprobs: unless(0),
  user: "hint",
  metadata: "hint",
  store: "hint",
  service_tier: "hint",
  prompt_cache_key: "hint",
  prompt_cache_retention: "hint",
  prompt_cache_options: "hint",
  safety_identifier: "hint",
  include: "hint",
  stream_options: "hint",
  client_metadata: "hint",
  truncation: "hint",
};
