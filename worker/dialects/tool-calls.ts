/** Calls of tools in a stream, of any format: each costs tokens around it that no text shows. */
import { arrayIn, isObject, type JsonObject, objectIn, stringIn } from "../core/json.ts";

/** The names of the tools whose calls begin in this event. */
export function toolCallsIn(json: JsonObject): string[] {
  const begun = [
    // `chat`: a call is named once; its arguments follow.
    ...objectsIn(json, "choices").flatMap((choice) =>
      objectsIn(objectIn(choice, "delta"), "tool_calls").map(functionOf),
    ),
    // `gemini`: a part of its own, whole.
    ...objectsIn(json, "candidates").flatMap((candidate) =>
      objectsIn(objectIn(candidate, "content"), "parts").map((part) => objectIn(part, "functionCall")),
    ),
    // `messages` and `responses`: a block or an item that begins.
    ...(/_tool_use$|^tool_use$/.test(typeOf(json, "content_block")) ? [objectIn(json, "content_block")] : []),
    ...(json.type === "response.output_item.added" && /_call$/.test(typeOf(json, "item"))
      ? [objectIn(json, "item")]
      : []),
  ];
  return begun.map((call) => stringIn(call, "name") ?? "").filter((name) => name !== "");
}

const objectsIn = (of: JsonObject, field: string): JsonObject[] => arrayIn(of, field).filter(isObject);
const functionOf = (call: JsonObject): JsonObject => objectIn(call, "function");
const typeOf = (of: JsonObject, field: string): string => stringIn(objectIn(of, field), "type") ?? "";
