/** Fields that the four dialects document, each with a request that sets it. */
import type { JsonObject } from "../../worker/core/json.ts";
import type { Conversation } from "../../worker/translate/types.ts";

/** A field's path, and what is set in the base for it. */
export type Documented = readonly [path: string, set: JsonObject];

const PARAMETERS = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };
const CACHE = { type: "ephemeral" };
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

export const BASES: Readonly<Record<Conversation, JsonObject>> = {
  chat: { model: "any", messages: [{ role: "user", content: "Hi" }] },
  responses: { model: "any", input: "Hi" },
  messages: { model: "any", max_tokens: 50, messages: [{ role: "user", content: "Hi" }] },
  gemini: { contents: [{ role: "user", parts: [{ text: "Hi" }] }] },
};

const fn = (more: JsonObject = {}) => ({ type: "function", function: { name: "f", parameters: PARAMETERS, ...more } });
const inChat = (message: JsonObject) => ({ messages: [message] });
const called = { id: "c1", type: "function", function: { name: "f", arguments: '{"a":"1"}' } };
const user = (part: JsonObject) => inChat({ role: "user", content: [{ type: "text", text: "Hi" }, part] });

const CHAT: Documented[] = [
  ["messages[0].content", inChat({ role: "user", content: [{ type: "text", text: "Ho" }] })],
  ["messages[0].role", inChat({ role: "developer", content: "Hi" })],
  ["messages[0].name", inChat({ role: "user", content: "Hi", name: "ann" })],
  [
    "messages[0].content[1].image_url",
    user({ type: "image_url", image_url: { url: `data:image/png;base64,${PIXEL}` } }),
  ],
  [
    "messages[0].content[1].image_url.detail",
    user({ type: "image_url", image_url: { url: "https://x.example/a.png", detail: "high" } }),
  ],
  [
    "messages[0].content[1].file",
    user({ type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBERg==" } }),
  ],
  ["messages[0].content[1].file", user({ type: "file", file: { file_id: "file-1" } })],
  ["messages[0].content[1].cache_control", user({ type: "text", text: "Ho", cache_control: CACHE })],
  ["messages[0].audio", inChat({ role: "assistant", content: "Hi", audio: { id: "a1" } })],
  [
    "messages[0].function_call",
    inChat({ role: "assistant", content: "Hi", function_call: { name: "f", arguments: "{}" } }),
  ],
  ["messages[0].refusal", inChat({ role: "assistant", content: null, refusal: "No." })],
  ["messages[0].reasoning_content", inChat({ role: "assistant", content: "Hi", reasoning_content: "Hm" })],
  [
    "messages[0].tool_calls",
    {
      messages: [
        { role: "assistant", content: null, tool_calls: [called] },
        { role: "tool", tool_call_id: "c1", content: "2" },
      ],
    },
  ],
  ["audio", { audio: { voice: "alloy", format: "mp3" } }],
  ["frequency_penalty", { frequency_penalty: 0.5 }],
  ["function_call", { function_call: "auto" }],
  ["functions", { functions: [{ name: "f" }] }],
  ["logit_bias", { logit_bias: { 1: 1 } }],
  ["logprobs", { logprobs: true }],
  ["max_completion_tokens", { max_completion_tokens: 7 }],
  ["max_tokens", { max_tokens: 7 }],
  ["metadata", { metadata: { a: "b" } }],
  ["modalities", { modalities: ["text", "audio"] }],
  ["moderation", { moderation: { mode: "x" } }],
  ["n", { n: 2 }],
  ["parallel_tool_calls", { tools: [fn()], parallel_tool_calls: false }],
  ["prediction", { prediction: { type: "content", content: "x" } }],
  ["presence_penalty", { presence_penalty: 0.5 }],
  ["prompt_cache_key", { prompt_cache_key: "k" }],
  ["prompt_cache_options", { prompt_cache_options: { a: 1 } }],
  ["prompt_cache_retention", { prompt_cache_retention: "24h" }],
  ["reasoning_effort", { reasoning_effort: "high" }],
  ["response_format", { response_format: { type: "json_schema", json_schema: { name: "x", schema: PARAMETERS } } }],
  ["safety_identifier", { safety_identifier: "x" }],
  ["seed", { seed: 1 }],
  ["service_tier", { service_tier: "flex" }],
  ["stop", { stop: ["x"] }],
  ["store", { store: true }],
  ["stream_options.include_obfuscation", { stream_options: { include_obfuscation: true } }],
  ["temperature", { temperature: 0.5 }],
  ["tool_choice", { tools: [fn()], tool_choice: "required" }],
  ["tool_choice", { tools: [fn()], tool_choice: { type: "function", function: { name: "f" } } }],
  [
    "tool_choice.allowed_tools",
    { tools: [fn()], tool_choice: { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [] } } },
  ],
  ["tools", { tools: [fn({ description: "x" })] }],
  ["tools[0]", { tools: [{ type: "custom", custom: { name: "x" } }] }],
  [
    "tools[0].function.strict",
    { tools: [fn({ strict: true, parameters: { ...PARAMETERS, additionalProperties: false } })] },
  ],
  ["top_logprobs", { top_logprobs: 2 }],
  ["top_p", { top_p: 0.5 }],
  ["user", { user: "ann" }],
  ["verbosity", { verbosity: "low" }],
  ["web_search_options", { web_search_options: {} }],
];

const input = (item: JsonObject) => ({ input: [{ role: "user", content: "Hi" }, item] });
const RESPONSES: Documented[] = [
  ["input", { input: [{ role: "user", content: [{ type: "input_text", text: "Ho" }] }] }],
  ["input[1].type", input({ type: "item_reference", id: "x" })],
  ["input[1].type", input({ type: "web_search_call", id: "ws_1", status: "completed", action: {} })],
  [
    "input[1].content[0].detail",
    input({ role: "user", content: [{ type: "input_image", image_url: "https://x.example/a.png", detail: "high" }] }),
  ],
  ["input[1].content[0].file_id", input({ role: "user", content: [{ type: "input_file", file_id: "file-1" }] })],
  [
    "input[1].content[0].annotations",
    input({ type: "message", role: "assistant", content: [{ type: "output_text", text: "x", annotations: [{}] }] }),
  ],
  ["access_programs", { access_programs: ["x"] }],
  ["background", { background: true }],
  ["context_management", { context_management: [{ type: "compaction" }] }],
  ["conversation", { conversation: "conv_1" }],
  ["image", { image: { a: 1 } }],
  ["include", { include: ["reasoning.encrypted_content"] }],
  ["instructions", { instructions: "Be brief." }],
  ["max_output_tokens", { max_output_tokens: 20 }],
  ["max_tool_calls", { max_tool_calls: 2 }],
  ["metadata", { metadata: { a: "b" } }],
  ["moderation", { moderation: { mode: "x" } }],
  [
    "parallel_tool_calls",
    { tools: [{ type: "function", name: "f", parameters: PARAMETERS }], parallel_tool_calls: false },
  ],
  ["previous_response_id", { previous_response_id: "resp_1" }],
  ["prompt", { prompt: { id: "pmpt_1" } }],
  ["prompt_cache_key", { prompt_cache_key: "k" }],
  ["prompt_cache_options", { prompt_cache_options: { a: 1 } }],
  ["prompt_cache_retention", { prompt_cache_retention: "24h" }],
  ["reasoning", { reasoning: { effort: "high" } }],
  ["safety_identifier", { safety_identifier: "x" }],
  ["service_tier", { service_tier: "flex" }],
  ["store", { store: true }],
  ["stream_options", { stream_options: { include_obfuscation: false, x: 1 } }],
  ["temperature", { temperature: 0.5 }],
  ["text", { text: { format: { type: "json_schema", name: "x", schema: PARAMETERS } } }],
  ["text.verbosity", { text: { verbosity: "low" } }],
  ["tool_choice", { tools: [{ type: "function", name: "f", parameters: PARAMETERS }], tool_choice: "required" }],
  [
    "tool_choice.mode",
    { tools: [{ type: "function", name: "f" }], tool_choice: { type: "allowed_tools", mode: "auto", tools: [] } },
  ],
  ["tools", { tools: [{ type: "function", name: "f", parameters: PARAMETERS }] }],
  ["tools[0]", { tools: [{ type: "web_search" }] }],
  ["top_logprobs", { top_logprobs: 2 }],
  ["top_p", { top_p: 0.5 }],
  ["truncation", { truncation: "auto" }],
  ["user", { user: "ann" }],
];

const says = (block: JsonObject) => ({ messages: [{ role: "user", content: [{ type: "text", text: "Hi" }, block] }] });
const tool = { name: "f", input_schema: PARAMETERS };
const pdf = { type: "base64", media_type: "application/pdf", data: "JVBERg==" };
const MESSAGES: Documented[] = [
  ["messages[0].content", { messages: [{ role: "user", content: "Ho" }] }],
  ["messages[0].content[1].cache_control", says({ type: "text", text: "Ho", cache_control: CACHE })],
  [
    "messages[0].content[1].source",
    says({ type: "image", source: { type: "base64", media_type: "image/png", data: PIXEL } }),
  ],
  ["messages[0].content[1].source", says({ type: "image", source: { type: "file", file_id: "file_1" } })],
  ["messages[0].content[1]", says({ type: "document", source: pdf, title: "A" })],
  ["messages[0].content[1].context", says({ type: "document", source: pdf, context: "x" })],
  ["messages[0].content[1].citations.enabled", says({ type: "document", source: pdf, citations: { enabled: true } })],
  [
    "messages[0].content[1].citations.enabled",
    says({
      type: "search_result",
      source: "s",
      title: "t",
      content: [{ type: "text", text: "Ho" }],
      citations: { enabled: true },
    }),
  ],
  [
    "messages[0].content[1]",
    says({ type: "search_result", source: "s", title: "t", content: [{ type: "text", text: "Ho" }] }),
  ],
  ["messages[0].content[1].source", says({ type: "document", source: { type: "content", content: "Ho" } })],
  ["messages[0].content[1].type", says({ type: "container_upload", file_id: "f" })],
  ["max_tokens", { max_tokens: 51 }],
  ["cache_control", { cache_control: CACHE }],
  ["container", { container: "c" }],
  ["diagnostics", { diagnostics: { a: 1 } }],
  ["inference_geo", { inference_geo: "us" }],
  ["metadata", { metadata: { user_id: "u" } }],
  ["mcp_servers", { mcp_servers: [{ name: "x", type: "url", url: "https://x.example" }] }],
  ["context_management", { context_management: { edits: [] } }],
  ["output_config", { output_config: { format: { type: "json_schema", schema: PARAMETERS } } }],
  ["output_config.task_budget", { output_config: { task_budget: { type: "tokens", total: 9 } } }],
  ["service_tier", { service_tier: "auto" }],
  ["speed", { speed: "fast" }],
  ["stop_sequences", { stop_sequences: ["x"] }],
  ["system", { system: "Be brief." }],
  ["system[0].cache_control", { system: [{ type: "text", text: "Be brief.", cache_control: CACHE }] }],
  ["thinking", { max_tokens: 3_000, thinking: { type: "enabled", budget_tokens: 1_024 } }],
  ["thinking.display", { thinking: { type: "adaptive", display: "omitted" } }],
  ["tool_choice", { tools: [tool], tool_choice: { type: "any" } }],
  ["tool_choice", { tools: [tool], tool_choice: { type: "auto", disable_parallel_tool_use: true } }],
  ["tools", { tools: [tool] }],
  ["tools[0].cache_control", { tools: [{ ...tool, cache_control: CACHE }] }],
  ["tools[0].defer_loading", { tools: [{ ...tool, defer_loading: true }] }],
  ["tools[0].allowed_callers", { tools: [{ ...tool, allowed_callers: ["direct"] }] }],
  ["tools[0].input_examples", { tools: [{ ...tool, input_examples: [{ a: "1" }] }] }],
  ["tools[0].eager_input_streaming", { tools: [{ ...tool, eager_input_streaming: true }] }],
  ["tools[0]", { tools: [{ type: "web_search_20250305", name: "web_search" }] }],
  ["temperature", { temperature: 0.5 }],
  ["top_k", { top_k: 5 }],
  ["top_p", { top_p: 0.5 }],
  ["user_profile_id", { user_profile_id: "x" }],
  ["workspace_id", { workspace_id: "x" }],
];

const part = (one: JsonObject) => ({ contents: [{ role: "user", parts: [{ text: "Hi" }, one] }] });
const config = (of: JsonObject) => ({ generationConfig: of });
const declared = { tools: [{ functionDeclarations: [{ name: "f", parametersJsonSchema: PARAMETERS }] }] };
const GEMINI: Documented[] = [
  ["contents[0].parts[1].inlineData", part({ inlineData: { mimeType: "image/png", data: PIXEL } })],
  [
    "contents[0].parts[1].fileData",
    part({ fileData: { fileUri: "https://generativelanguage.googleapis.com/v1beta/files/1" } }),
  ],
  ["contents[0].parts[1].videoMetadata", part({ text: "x", videoMetadata: { fps: 1 } })],
  ["contents[0].parts[1].mediaResolution", part({ text: "x", mediaResolution: { level: "LOW" } })],
  ["contents[0].parts[1]", part({ executableCode: { code: "1" } })],
  ["systemInstruction", { systemInstruction: { parts: [{ text: "Be brief." }] } }],
  ["cachedContent", { cachedContent: "cachedContents/1" }],
  ["safetySettings", { safetySettings: [{ category: "x" }] }],
  ["labels", { labels: { a: "b" } }],
  ["serviceTier", { serviceTier: "flex" }],
  ["store", { store: true }],
  ["tools", declared],
  ["tools[0].googleSearch", { tools: [{ googleSearch: {} }] }],
  ["tools[0].codeExecution", { tools: [{ codeExecution: {} }] }],
  [
    "tools[0].functionDeclarations[0].behavior",
    { tools: [{ functionDeclarations: [{ name: "f", behavior: "NON_BLOCKING" }] }] },
  ],
  ["toolConfig", { ...declared, toolConfig: { functionCallingConfig: { mode: "ANY" } } }],
  ["toolConfig.retrievalConfig", { ...declared, toolConfig: { retrievalConfig: { languageCode: "de" } } }],
  ["generationConfig.audioTimestamp", config({ audioTimestamp: true })],
  ["generationConfig.audioTranscriptionConfig", config({ audioTranscriptionConfig: { a: 1 } })],
  ["generationConfig.candidateCount", config({ candidateCount: 2 })],
  ["generationConfig.enableAffectiveDialog", config({ enableAffectiveDialog: true })],
  ["generationConfig.enableEnhancedCivicAnswers", config({ enableEnhancedCivicAnswers: true })],
  ["generationConfig.frequencyPenalty", config({ frequencyPenalty: 0.5 })],
  ["generationConfig.logprobs", config({ logprobs: 2 })],
  ["generationConfig.maxOutputTokens", config({ maxOutputTokens: 20 })],
  ["generationConfig.mediaResolution", config({ mediaResolution: "LOW" })],
  ["generationConfig.modelSelectionConfig", config({ modelSelectionConfig: { a: 1 } })],
  ["generationConfig.presencePenalty", config({ presencePenalty: 0.5 })],
  ["generationConfig.responseFormat", config({ responseFormat: { a: 1 } })],
  [
    "generationConfig.responseJsonSchema",
    config({ responseMimeType: "application/json", responseJsonSchema: PARAMETERS }),
  ],
  ["generationConfig.responseLogprobs", config({ responseLogprobs: true })],
  ["generationConfig.responseMimeType", config({ responseMimeType: "application/json" })],
  ["generationConfig.responseModalities", config({ responseModalities: ["IMAGE"] })],
  [
    "generationConfig.responseSchema",
    config({
      responseMimeType: "application/json",
      responseSchema: { type: "OBJECT", properties: { a: { type: "STRING" } } },
    }),
  ],
  ["generationConfig.routingConfig", config({ routingConfig: { a: 1 } })],
  ["generationConfig.seed", config({ seed: 1 })],
  ["generationConfig.speechConfig", config({ speechConfig: { a: 1 } })],
  ["generationConfig.stopSequences", config({ stopSequences: ["x"] })],
  ["generationConfig.temperature", config({ temperature: 0.5 })],
  ["generationConfig.thinkingConfig", config({ thinkingConfig: { thinkingBudget: 5_000 } })],
  ["generationConfig.topK", config({ topK: 5 })],
  ["generationConfig.topP", config({ topP: 0.5 })],
  ["generationConfig.translationConfig", config({ translationConfig: { a: 1 } })],
];

export const DOCUMENTED: Readonly<Record<Conversation, readonly Documented[]>> = {
  chat: CHAT,
  responses: RESPONSES,
  messages: MESSAGES,
  gemini: GEMINI,
};
