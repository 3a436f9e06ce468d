/** Which part of a request a provider's package throws at: of what it throws, it only says what kind of thing that was. */
import type { LanguageModelV4CallOptions, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { placeOf } from "./fields.ts";
import { write } from "./provider.ts";
import type { ProviderSide } from "./types.ts";

const NOTHING_SAID: LanguageModelV4Prompt = [{ role: "user", content: [{ type: "text", text: "-" }] }];

/** Its place in the client's request, or the neutral name of the field that it is in. */
export async function refusedIn(
  side: ProviderSide,
  { prompt, tools, ...others }: LanguageModelV4CallOptions,
): Promise<{ place: string } | { name: string }> {
  const throws = async (asked: Partial<LanguageModelV4CallOptions>): Promise<boolean> =>
    write(side, { prompt: NOTHING_SAID, ...asked }, false).then(
      () => false,
      () => true,
    );
  for (const message of prompt) {
    if (message.role !== "user") continue;
    for (const part of message.content) {
      const place = placeOf(part);
      if (place !== undefined && (await throws({ prompt: [{ role: "user", content: [part] }] }))) return { place };
    }
  }
  if (await throws({})) return { name: "prompt" };
  for (const [index, tool] of (tools ?? []).entries()) {
    if (await throws({ tools: [tool] })) return { name: `tools[${index}]` };
  }
  for (const [name, value] of Object.entries(others)) if (await throws({ [name]: value })) return { name };
  return { name: "prompt" };
}
