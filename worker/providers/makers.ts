/** Who makes a model, by its name: where several sell it, and where the catalogue does not know it yet, the maker counts. */

/** `[the model's name, its maker's slug]`; the first that matches counts. */
const MAKERS: readonly (readonly [RegExp, string])[] = [
  [/^(?:gpt-oss|llama|gemma)/, ""],
  [
    /^(?:gpt-|chatgpt-|o\d(?:-|$)|text-embedding-(?:3|ada)|dall-e|whisper-1|tts-1|omni-moderation|davinci|babbage|codex-)/,
    "openai",
  ],
  [/^claude/, "anthropic"],
  [/^(?:gemini|text-embedding-004|imagen|veo|learnlm)/, "google"],
  [/^(?:mistral|ministral|codestral|devstral|magistral|pixtral|voxtral|open-mi[sx]tral)/, "mistral"],
  [/^(?:command|embed-(?:v\d|english|multilingual)|c4ai)/, "cohere"],
  [/^grok/, "xai"],
  [/^deepseek-(?:chat|reasoner)/, "deepseek"],
  [/^sonar/, "perplexity"],
  [/^(?:moonshot|kimi)/, "moonshot"],
  [/^glm/, "zai"],
  [/^qwen(?:\d|-|$)/, "alibaba"],
  [/^voyage/, "voyage"],
];

/** The slug of the provider that makes `model`; null where its name tells nobody, or several sell it and its maker does not. */
export function makerOf(model: string): string | null {
  const name = model.toLowerCase();
  return MAKERS.find(([pattern]) => pattern.test(name))?.[1] || null;
}
