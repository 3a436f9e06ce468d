/**
 * What users and tools say, block by block. Documents of text and search results are text like any other: nothing of them is
 * lost where no citations of them are asked for.
 */
import { isObject, type JsonObject, objectIn, stringIn } from "../../core/json.ts";
import { BadRequest } from "../client.ts";
import { fileFrom, fileOf, type Output, type UserPart } from "../fields.ts";

/** A block of the user's. */
export function userParts(block: JsonObject, at: string): UserPart[] {
  switch (block.type) {
    case "text":
      return [textPart(stringIn(block, "text") ?? "")];
    case "image":
    case "document":
      return fileParts(block, at);
    case "search_result":
      return [textPart(searchResult(block, at))];
    default:
      throw new BadRequest(`${at}.type`, "is none that can be translated");
  }
}

/** A tool's result; its pictures go behind it, since few providers take any inside. */
export function outputOf(block: JsonObject, at: string): { output: Output; files: UserPart[] } {
  const said = contentParts(block.content ?? "", `${at}.content`);
  const texts = said.flatMap((part) => (part.type === "text" ? [part.text] : []));
  const output: Output = { type: block.is_error === true ? "error-text" : "text", value: joined(texts) };
  return { output, files: said.filter(({ type }) => type !== "text") };
}

/** The texts of blocks, as one. */
export function textOf(content: unknown, at: string): string {
  if (typeof content === "string") return content;
  if (content === undefined || content === null) return "";
  if (!Array.isArray(content)) throw new BadRequest(at, "is neither a text nor a list");
  return joined(
    content.map((block, i) => {
      const text = isObject(block) ? stringIn(block, "text") : null;
      if (text === null) throw new BadRequest(`${at}[${i}].type`, "is none that can be translated here");
      return text;
    }),
  );
}

const joined = (texts: readonly string[]): string => texts.join("\n\n");
const textPart = (text: string): UserPart & { type: "text" } => ({ type: "text", text });

/** What it is called, where it is from, and what it says. */
const searchResult = (block: JsonObject, at: string): string =>
  joined([...named(stringIn(block, "title"), stringIn(block, "source")), textOf(block.content, `${at}.content`)]);

const named = (...names: readonly (string | null)[]): string[] => {
  const line = names.filter((name) => name !== null && name !== "").join("\n");
  return line === "" ? [] : [line];
};

function fileParts(block: JsonObject, at: string): UserPart[] {
  const source = objectIn(block, "source");
  const title = stringIn(block, "title");
  const mediaType = stringIn(source, "media_type") ?? (block.type === "document" ? "application/pdf" : "image/png");
  switch (source.type) {
    case "base64":
      return [fileOf(`${at}.source`, mediaType, stringIn(source, "data") ?? "", title ?? undefined)];
    case "text":
      return [textPart(joined([...named(title), stringIn(source, "data") ?? ""]))];
    case "content":
      return [...named(title).map(textPart), ...contentParts(source.content, `${at}.source.content`)];
    case "url": {
      const more = block.type === "document" ? { mediaType } : {};
      return [fileFrom(`${at}.source.url`, stringIn(source, "url") ?? "", more)];
    }
    default:
      throw new BadRequest(`${at}.source`, "names a file that only its provider has");
  }
}

/** A tool's result, or a document that was cut into blocks by who sent it. */
function contentParts(content: unknown, at: string): UserPart[] {
  if (typeof content === "string") return [textPart(content)];
  if (!Array.isArray(content)) throw new BadRequest(at, "is neither a text nor a list");
  return content.flatMap((part, i) => userParts(isObject(part) ? part : {}, `${at}[${i}]`));
}
