/** What is read of a Gemini request, its fields in camel case. */
import { orText, type Shape, unless } from "../shape.ts";

const part: Shape = {
  text: "read",
  thought: "read",
  thoughtSignature: "read",
  inlineData: { mimeType: "read", data: "read", displayName: "hint" },
  fileData: { mimeType: "read", fileUri: "read", displayName: "hint" },
  functionCall: { id: "read", name: "read", args: "read" },
  functionResponse: { id: "read", name: "read", response: "read", scheduling: "hint" },
  mediaResolution: "hint",
};

export const GEMINI: Shape = {
  model: "read",
  contents: orText([orText({ role: "read", parts: [part] })]),
  systemInstruction: orText({ role: "read", parts: [part], text: "read" }),
  tools: [
    {
      functionDeclarations: [
        {
          name: "read",
          description: "read",
          parameters: "read",
          parametersJsonSchema: "read",
          response: "hint",
          responseJsonSchema: "hint",
        },
      ],
    },
  ],
  toolConfig: {
    functionCallingConfig: { mode: "read", allowedFunctionNames: "read", streamFunctionCallArguments: "hint" },
  },
  generationConfig: {
    maxOutputTokens: "read",
    temperature: "read",
    topP: "read",
    topK: "read",
    presencePenalty: "read",
    frequencyPenalty: "read",
    seed: "read",
    stopSequences: "read",
    responseMimeType: (value) => value === "application/json" || value === "text/plain",
    responseSchema: "read",
    responseJsonSchema: "read",
    thinkingConfig: { includeThoughts: "read", thinkingBudget: "read", thinkingLevel: "read" },
    mediaResolution: "hint",
    candidateCount: unless(1),
    responseModalities: (value) => String(value).toUpperCase() === "TEXT",
  },
  safetySettings: "hint",
  labels: "hint",
  serviceTier: "hint",
};
