/** Ready pieces of code with the gateway's address and a key filled in: what one pastes to be up and running. */

export interface Snippet {
  id: string;
  title: string;
  /** Where it goes, where that is not plain. */
  note?: string;
  code: string;
}

/** One chat completion by curl; it works as pasted. */
export const curlSnippet = (origin: string, key: string): string =>
  `curl ${origin}/openai/v1/chat/completions \\
  -H "Authorization: Bearer ${key}" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "gpt-5-mini", "messages": [{"role": "user", "content": "Hello"}]}'`;

/** All that the dashboard offers for a key. `origin` is the gateway's, without a slash at its end. */
export function snippetsFor(origin: string, key: string): Snippet[] {
  return [
    { id: "curl", title: "curl", code: curlSnippet(origin, key) },
    {
      id: "openai-ts",
      title: "OpenAI · TypeScript",
      code: `import OpenAI from "openai";

const client = new OpenAI({
  baseURL: "${origin}/openai/v1",
  apiKey: "${key}",
});

const completion = await client.chat.completions.create({
  model: "gpt-5-mini",
  messages: [{ role: "user", content: "Hello" }],
});
console.log(completion.choices[0]?.message.content);`,
    },
    {
      id: "openai-py",
      title: "OpenAI · Python",
      code: `from openai import OpenAI

client = OpenAI(
    base_url="${origin}/openai/v1",
    api_key="${key}",
)

completion = client.chat.completions.create(
    model="gpt-5-mini",
    messages=[{"role": "user", "content": "Hello"}],
)
print(completion.choices[0].message.content)`,
    },
    {
      id: "anthropic-ts",
      title: "Anthropic · TypeScript",
      code: `import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({
  baseURL: "${origin}/anthropic",
  apiKey: "${key}",
});

const message = await client.messages.create({
  model: "claude-haiku-4-5",
  max_tokens: 1024,
  messages: [{ role: "user", content: "Hello" }],
});
console.log(message.content);`,
    },
    {
      id: "anthropic-py",
      title: "Anthropic · Python",
      code: `from anthropic import Anthropic

client = Anthropic(
    base_url="${origin}/anthropic",
    api_key="${key}",
)

message = client.messages.create(
    model="claude-haiku-4-5",
    max_tokens=1024,
    messages=[{"role": "user", "content": "Hello"}],
)
print(message.content)`,
    },
    {
      id: "google-ts",
      title: "Google GenAI · TypeScript",
      code: `import { GoogleGenAI } from "@google/genai";

const ai = new GoogleGenAI({
  apiKey: "${key}",
  httpOptions: { baseUrl: "${origin}/google" },
});

const response = await ai.models.generateContent({
  model: "gemini-2.5-flash",
  contents: "Hello",
});
console.log(response.text);`,
    },
    {
      id: "google-py",
      title: "Google GenAI · Python",
      code: `from google import genai
from google.genai import types

client = genai.Client(
    api_key="${key}",
    http_options=types.HttpOptions(base_url="${origin}/google"),
)

response = client.models.generate_content(
    model="gemini-2.5-flash",
    contents="Hello",
)
print(response.text)`,
    },
    {
      id: "claude-code",
      title: "Claude Code",
      note: "In the shell that starts Claude Code.",
      code: `export ANTHROPIC_BASE_URL="${origin}/anthropic"
export ANTHROPIC_AUTH_TOKEN="${key}"
claude`,
    },
    {
      id: "codex",
      title: "Codex",
      note: "The table goes into ~/.codex/config.toml, the export into your shell.",
      code: `# ~/.codex/config.toml
model_provider = "meterr"

[model_providers.meterr]
name = "meterr"
base_url = "${origin}/openai/v1"
env_key = "METERR_KEY"
wire_api = "responses"

# in the shell
export METERR_KEY="${key}"
codex`,
    },
  ];
}
