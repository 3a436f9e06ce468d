/** The ledger's constants, in milliseconds unless named otherwise. */

/** Silence after which what a wallet holds is booked as lost: longer than any retry, so that it is rare and late. */
export const SILENT_MS = 60_000;
/** How long the rows of a silent wallet stay, in case it is heard again. */
export const KEEP_MS = 86_400_000;
/** How often the rows of wallets that hold nothing are looked through for those to forget. */
export const FORGET_EVERY_MS = 3_600_000;
/** An opening message older than this is a late duplicate and opens nothing. */
export const OPEN_AGE_MS = 60_000;
/** How long wallets shed what is idle after a need could not be met at once. */
export const SHORT_MS = 2_000;
/** No wallet keeps more than a 16th of what is left idle. */
export const SHARE = 16;
/** Nor more than a quarter of its even share among the wallets that draw on the same budget. */
export const SPREAD = 4;
/** A revoked key is named in policies for as long: no request lives from one policy to the next for a day. */
export const REVOKED_MS = 86_400_000;
/** A period's counters stay this long after its end, for requests that run on. */
export const POT_MS = 3_600_000;
/** The budget of one session is forgotten when the session has slept for 30 days. */
export const SESSION_MS = 30 * 86_400_000;
/** Ids of imports are kept this long: far longer than their way to the database takes. */
export const IMPORT_MS = 7 * 86_400_000;
/** A policy brings so many limits of a type of scope: a hundred kilobytes. */
export const MOST_SENT = 400;
/** A repeated POST gets its first answer again for 24 hours. */
export const IDEMPOTENT_MS = 86_400_000;
