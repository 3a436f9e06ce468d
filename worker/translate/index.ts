/** Conversations of one dialect at a provider of another. This module, and all that it imports, is loaded when first needed. */
import { gatewayError } from "../core/errors.ts";
import { fail, type Outcome } from "../core/outcome.ts";
import type { ClientRequest, ProviderSide, Translated } from "./types.ts";

export async function translate(
  client: ClientRequest,
  side: ProviderSide,
  _onUnsupported: "refuse" | "drop",
): Promise<Outcome<Translated>> {
  return fail(gatewayError("invalid_request", `${client.dialect} ${side.name}`));
}
