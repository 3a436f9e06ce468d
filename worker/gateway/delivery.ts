/** What the second half of the story works with. */
import type { HeaderReader } from "../core/header-map.ts";
import type { KeyRecord } from "../core/policy.ts";
import type { Attempt } from "../core/usage.ts";
import type { ErrorShape } from "../dialects/types.ts";
import type { Wallet } from "../wallet/types.ts";
import type { Cached } from "./cached.ts";
import type { Admission, Call } from "./call.ts";
import type { Charge } from "./charge.ts";
import type { ProviderAccess } from "./credential.ts";
import type { Lead } from "./lead.ts";

/** An attempt that failed, and what it cost all the same. */
export interface Tried {
  attempt: Attempt;
  charge: Charge;
}

/** What a route asks of a relayed stream. */
export interface Watch {
  /** A chunk came. */
  moved(): void;
  /** The event that ends a stream which broke off; null where its format has none. */
  terminal(): Uint8Array | null;
}

export interface Delivery {
  request: Request;
  headers: HeaderReader;
  /** Fires when the client leaves, where that ends the upstream too. */
  client: AbortSignal;
  onDisconnect: KeyRecord["onDisconnect"];
  call: Call;
  wallet: Wallet;
  access: ProviderAccess;
  admission: Admission;
  cache: Cached;
  /** Null where no identical request can follow this one. */
  lead: Lead | null;
  shape: ErrorShape;
  /** Attempts of this request that failed before this one. */
  earlier: readonly Tried[];
  /** Null for a request to a provider's own path: its bytes stay as they are, a broken stream included. */
  watch: Watch | null;
  /** Answers the client; only the first call counts. */
  respond: (response: Response) => void;
}
