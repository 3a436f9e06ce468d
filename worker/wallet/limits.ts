/** The wallet's constants, in milliseconds unless named otherwise. */

/** An answer lets a wallet draw this long, from the moment its question was sent. */
export const FRESH_MS = 8_000;
/** Demand is what happened in the last two seconds, counted in slots of half a second. */
export const DEMAND_MS = 2_000;
export const SLOT_MS = 500;
/** What a busy lease wants to have at hand, as a multiple of the most that ran at once. */
export const HEADROOM = 1.5;
/** Settlements wait this long for company: a second where leases are ample, hardly at all where money is scarce. */
export const FLUSH_HOT_MS = 1_000;
export const FLUSH_MS = 50;
/** So many events go at once; so many fit a message. */
export const BATCH_EVENTS = 256;
export const MESSAGE_EVENTS = 1_024;
/** A wallet with leases is heard at least this often. */
export const HEARTBEAT_MS = 15_000;
/** Pauses before a message that no answer confirmed is sent anew, doubling. */
export const RETRY_MS = 250;
export const RETRY_CAP_MS = 4_000;
/** Pauses before a need is asked again that others' leases stood in the way of, doubling. */
export const WAIT_MS = 50;
export const WAIT_CAP_MS = 400;
/** How long a request waits for the ledger, or for money that others hold, counted anew whenever some of it is settled. */
export const PATIENCE_MS = 2_000;
/** Where requests are counted it waits less: those that run are no slack, and who is told to come again may do so. */
export const RATE_PATIENCE_MS = 250;
/** How long it waits for money at most. */
export const LONGEST_WAIT_MS = 6_000;
/** A running request without a sign of life for so long is booked at its hold. */
export const DEAD_MS = 60_000;
/** A hold that was not dispatched for so long goes back. */
export const UNUSED_MS = 10_000;
/** Calls under way at once: a second one for needs that came up after the first left. */
export const CALLS = 2;
/** A key that the ledger did not know is not asked for again for so long. */
export const UNKNOWN_KEY_MS = 1_000;
/** The longest pause before a newer policy is asked for again, where it was asked for in vain. */
export const RENEW_CAP_MS = 2_000;
/** Scopes of partial types remembered in one wallet. */
export const SCOPES = 20_000;
/** Keys remembered in one wallet, known and unknown. */
export const KEYS = 5_000;
