/** `responses`: OpenAI's Responses API. */
import { arrayIn, countIn, isObject, type JsonObject, objectIn, stringIn } from "../core/json.ts";
import { conditionsOf } from "../pricing/index.ts";
import {
  alternativesOf,
  capOf,
  clientTools,
  countMime,
  isSet,
  limitedTools,
  NO_FACTS,
  newPartCounts,
  type PartCounts,
  routerCause,
  serverTool,
} from "./facts.ts";
import { errorIn, meterOf } from "./meter.ts";
import { imageUsageIn, readOpenAiUsage } from "./openai-usage.ts";
import type { Dialect, Reading, Reported, RequestFacts } from "./types.ts";

/** Tools that the client runs. Source: OpenAI's API reference, "tools". */
const CLIENT_TOOLS = new Set([
  "function",
  "custom",
  "local_shell",
  "shell",
  "apply_patch",
  "computer",
  "computer_use_preview",
  "namespace",
]);
const ENDINGS = new Set(["response.completed", "response.incomplete", "response.failed"]);
/** Calls that the provider ran, by the type of their output item, and the unit that each is billed as. */
const BILLED_CALLS: ReadonlyMap<string, string> = new Map([
  ["web_search_call", "web_search_requests"],
  ["x_search_call", "x_search_requests"],
  ["file_search_call", "file_search_requests"],
  ["code_interpreter_call", "code_interpreter_requests"],
  ["image_generation_call", "image_generation_requests"],
]);

export const responses: Dialect = {
  name: "responses",
  facts(body): RequestFacts {
    const parts = newPartCounts();
    for (const item of arrayIn(body, "input")) {
      if (!isObject(item)) continue;
      countPart(parts, item);
      for (const part of arrayIn(item, "content")) if (isObject(part)) countPart(parts, part);
      for (const part of arrayIn(item, "output")) if (isObject(part)) countPart(parts, part);
    }
    const referring = ["previous_response_id", "conversation", "prompt"].some((field) => isSet(body[field]));
    const clientSide = (type: string) => CLIENT_TOOLS.has(type) && !inContainer(body, type);
    // A namespace holds tools of any kind.
    const tools = arrayIn(body, "tools").flatMap((tool) => [tool, ...(isObject(tool) ? arrayIn(tool, "tools") : [])]);
    const hosted = serverTool(tools, clientSide);
    const compacts = arrayIn(body, "context_management").length > 0 ? "compaction at the provider" : null;
    const otherCause = routerCause(body) ?? compacts;
    return {
      ...NO_FACTS,
      model: stringIn(body, "model"),
      stream: body.stream === true,
      maxOutputTokens: capOf(body, "max_output_tokens"),
      media: parts.media,
      references: referring || parts.references,
      continues: isSet(body.conversation) || tools.some((tool) => isObject(tool) && namesContainer(tool)),
      unboundedBy: hosted ?? otherCause,
      limitedTools: otherCause ? null : limitedTools(tools, clientSide, () => countIn(body, "max_tool_calls")),
      tools: clientTools(arrayIn(body, "tools"), (type) => type !== "function" && type !== "custom"),
      alternatives: alternativesOf(body),
      background: body.background === true,
    };
  },
  meter: () =>
    meterOf({
      wants: (data, name) => (name === "" ? HAS_ENDING.test(data) : ENDINGS.has(name) || name === "error"),
      read,
      doneMarker: "[DONE]",
    }),
  textOf: (json) => (typeof json.delta === "string" ? json.delta : ""),
  capPath: () => ["max_output_tokens"],
};

const HAS_ENDING = /"type"\s*:\s*"(?:response\.(?:completed|incomplete|failed)|error)"/;

function read(json: JsonObject): Partial<Reading> {
  const type = stringIn(json, "type");
  const response = isObject(json.response) ? json.response : json;
  const status = stringIn(response, "status");
  const isUnderWay = status === "queued" || status === "in_progress";
  const id = response.background === true ? stringIn(response, "id") : null;
  return {
    // What is told under way is no sum yet.
    reported: isUnderWay ? null : reportedBy(response),
    modelServed: stringIn(response, "model"),
    conditions: conditionsOf(response),
    ...(id !== null && { backgroundId: id }),
    finished: type !== null ? ENDINGS.has(type) : !isUnderWay,
    error: type === "error" ? (errorIn(json) ?? stringIn(json, "message") ?? "error") : (errorIn(response) ?? null),
  };
}

function reportedBy(response: JsonObject): Reported | null {
  const { usage } = response;
  const reported = isObject(usage) ? readOpenAiUsage(usage) : null;
  if (!reported) return null;
  // xAI counts them itself, beside the tokens: then its count holds, and the items are no others.
  if (!isObject(usage) || !isObject(usage.server_side_tool_usage_details)) {
    for (const unit of billedUnits(response)) reported.units[unit] = (reported.units[unit] ?? 0) + 1;
    return withToolUsage(response, reported);
  }
  return reported;
}

/** OpenAI's newer answers count for themselves which searches are billed, and the tokens of images, which another model makes. */
function withToolUsage(response: JsonObject, reported: Reported): Reported {
  const told = objectIn(response, "tool_usage");
  const units = { ...reported.units };
  const searches = countIn(objectIn(told, "web_search"), "num_requests");
  if (searches !== null) {
    const unit = searchUnitOf(response);
    delete units[unit];
    if (searches > 0) units[unit] = searches;
  }
  const images = imageUsageIn(objectIn(told, "image_gen"));
  const model = arrayIn(response, "tools")
    .filter(isObject)
    .filter((tool) => tool.type === "image_generation")
    .map((tool) => stringIn(tool, "model"))
    .find((name) => name !== null);
  // An image without tokens, or by a model that is not named, has no price: its unit stays, and says so.
  if (!images || !model) return { ...reported, units };
  delete units.image_generation_requests;
  return {
    ...reported,
    units,
    byModel: [
      { model: null, tokens: reported.tokens },
      { model, tokens: images },
    ],
  };
}

/** The unit of each call that the provider ran, and of each container that it ran code in. */
function billedUnits(response: JsonObject): string[] {
  const units: string[] = [];
  const containers = new Set<string>();
  const tools = arrayIn(response, "tools").filter(isObject);
  for (const item of arrayIn(response, "output")) {
    const type = isObject(item) ? stringIn(item, "type") : null;
    // A shell that runs at the provider names where.
    const shell =
      isObject(item) && type === "shell_call" ? stringIn(objectIn(item, "environment"), "container_id") : null;
    if (shell) containers.add(shell);
    const unit = isObject(item) && type !== null ? BILLED_CALLS.get(type) : undefined;
    if (!isObject(item) || !unit) continue;
    // Opening a page that a search found, and finding text in it, is no search (OpenAI's guide, "Web search").
    if (type === "web_search_call" && (stringIn(objectIn(item, "action"), "type") ?? "search") !== "search") continue;
    const container = stringIn(item, "container_id");
    // OpenAI sells the container, however often code runs in it.
    if (container) containers.add(container);
    else units.push(type === "web_search_call" ? searchUnitOf(response) : unit);
  }
  const size = tools
    .map((tool) => stringIn(objectIn(tool, tool.type === "shell" ? "environment" : "container"), "memory_limit"))
    .find((limit) => limit !== null);
  const unit = size && size !== "1g" ? `containers_${size.slice(0, 8)}` : "containers";
  return [...units, ...Array.from(containers, () => unit)];
}

/** Searches of the tool of 2025 have a price of their own. */
function searchUnitOf(response: JsonObject): string {
  const isPreview = (tool: unknown) =>
    isObject(tool) && (stringIn(tool, "type") ?? "").startsWith("web_search_preview");
  return arrayIn(response, "tools").some(isPreview) ? "web_search_preview_requests" : "web_search_requests";
}

/** A shell runs at the provider where it names a container, or an environment that is not the client's own. */
function inContainer(body: JsonObject, type: string): boolean {
  return arrayIn(body, "tools").some((tool) => {
    if (!isObject(tool) || tool.type !== type) return false;
    return isSet(tool.container) || (isSet(tool.environment) && objectIn(tool, "environment").type !== "local");
  });
}

/** Whether a tool works on in a container that is there already. */
const namesContainer = (tool: JsonObject): boolean =>
  typeof tool.container === "string" || isSet(objectIn(tool, "environment").container_id);

function countPart(counts: PartCounts, part: JsonObject): void {
  switch (part.type) {
    case "input_image":
    case "computer_screenshot":
      if (isSet(part.file_id)) counts.references = true;
      else counts.media.images++;
      return;
    case "input_audio":
      counts.media.audio++;
      return;
    case "input_file":
      if (isSet(part.file_id)) counts.references = true;
      else countMime(counts, "application/pdf");
      return;
    case "item_reference":
      counts.references = true;
      return;
    case "computer_call_output":
      countPart(counts, objectIn(part, "output"));
      return;
    default:
      // An image generated earlier comes back as its call's id alone.
      if (part.type === "image_generation_call") counts.media.images++;
  }
}
