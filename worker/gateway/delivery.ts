/** What the second half of the story works with. */
import type { HeaderReader } from "../core/header-map.ts";
import type { KeyRecord } from "../core/policy.ts";
import type { ErrorShape } from "../dialects/types.ts";
import type { Wallet } from "../wallet/types.ts";
import type { Cached } from "./cached.ts";
import type { Admission, Call } from "./call.ts";
import type { ProviderAccess } from "./credential.ts";

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
  shape: ErrorShape;
  /** Answers the client; only the first call counts. */
  respond: (response: Response) => void;
}
