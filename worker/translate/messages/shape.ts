/** What is read of an Anthropic messages request. */
import { orText, type Shape, variants } from "../shape.ts";

/** Other providers keep prompts by themselves, where they do. */
const CACHED: Shape = { type: "read", cache_control: "hint" };

const source: Shape = { type: "read", media_type: "read", data: "read", url: "read", file_id: "read", content: "read" };
const text: Shape = { ...CACHED, text: "read", citations: "hint" };
const image: Shape = { ...CACHED, source };
const document: Shape = { ...CACHED, source, title: "read", citations: {} };

/** Citations of either are an answer's, of providers that make them. */
const search_result: Shape = { ...CACHED, source: "read", title: "read", content: orText([text]), citations: {} };

const part = variants("type", "text", { text, image, document, search_result });

const block = variants("type", "text", {
  text,
  image,
  document,
  search_result,
  tool_use: { ...CACHED, id: "read", name: "read", input: "read", caller: "hint" },
  tool_result: { ...CACHED, tool_use_id: "read", content: orText([part]), is_error: "read" },
  thinking: { ...CACHED, thinking: "read", signature: "read" },
  redacted_thinking: { ...CACHED, data: "read" },
});

export const MESSAGES: Shape = {
  model: "read",
  system: orText([variants("type", "text", { text })]),
  messages: [{ role: "read", content: orText([block]) }],
  stream: "read",
  max_tokens: "read",
  temperature: "read",
  top_p: "read",
  top_k: "read",
  stop_sequences: "read",
  // Tools of other types are told as a whole.
  tools: [
    variants("type", "custom", {
      custom: {
        ...CACHED,
        name: "read",
        description: "read",
        input_schema: "read",
        strict: "read",
        eager_input_streaming: "hint",
      },
    }),
  ],
  tool_choice: { type: "read", name: "read", disable_parallel_tool_use: "read" },
  thinking: { type: "read", budget_tokens: "read", display: "hint" },
  output_config: { effort: "read", format: { type: "read", schema: "read" } },
  output_format: { type: "read", schema: "read" },
  metadata: "hint",
  service_tier: "hint",
  cache_control: "hint",
  context_management: "hint",
  inference_geo: "hint",
  speed: "hint",
};
