/**
 * The key that the playground calls models with: minted when the page is opened, gone after an hour at the latest. Its
 * secret is in this page's memory alone, it says where its spend comes from, and budgets count it as they count any key's.
 */

import { apiDelete, apiPost } from "./client.ts";
import type { KeyInput } from "./keys.ts";
import type { KeyMode, NewKey } from "./types.ts";

/** What a playground's key is told by, in reports and in the list of keys. */
export const PLAYGROUND_TAGS = { source: "playground" } as const;
const LIVES_MS = 3_600_000;

export interface PlaygroundKey extends Pick<NewKey, "id" | "key"> {
  mode: KeyMode;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

const path = (tenant: string): string => `/api/v1/tenants/${tenant}/keys`;

/** `user`: whose key it is, so that budgets of theirs count it too. */
export async function mintPlaygroundKey(
  tenant: string,
  { mode, user }: { mode: KeyMode; user: string | undefined },
): Promise<PlaygroundKey> {
  const expiresAt = Date.now() + LIVES_MS;
  const input: KeyInput = {
    name: "Playground",
    mode,
    tags: PLAYGROUND_TAGS,
    expires_at: new Date(expiresAt).toISOString(),
    ...(user === undefined ? {} : { user }),
  };
  const { id, key } = await apiPost<NewKey>(path(tenant), input);
  return { id, key, mode, expiresAt };
}

/** Revokes it; where that fails, as on a page that is closing, it ends by itself. */
export const endPlaygroundKey = (tenant: string, { id }: PlaygroundKey): Promise<unknown> =>
  apiDelete(`${path(tenant)}/${id}`, { keepalive: true }).catch(() => undefined);

/** Whether a key is a playground's: they come and go, and no list of keys is about them. */
export const isPlaygroundKey = ({ tags }: { tags: Record<string, string> }): boolean =>
  tags.source === PLAYGROUND_TAGS.source;
