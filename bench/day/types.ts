/** A day of traffic: what is asked, when, and what came of it. */

export type Dialect = "chat" | "messages";

/** What is in a request for the day: bodies are JSON, read by several. */
export type Body = Record<string, unknown>;

/** A request as a client makes it. The same whichever levers are on. */
export interface Ask {
  /** After the answer before it in the session; virtual milliseconds. */
  afterMs: number;
  /** Whose key. */
  key: KeyName;
  dialect: Dialect;
  body: Body;
  /** A double click: the same request again while the first one runs. */
  twice?: boolean;
  /** What a person would say of it, where it goes to `auto`. */
  difficulty?: "easy" | "hard";
}

export interface Answer {
  /** The text that the upstream derived from the question. */
  digest: string;
  /** That answered, as the body says. */
  model: string;
  /** The assistant's content, as the next turn has to repeat it. */
  content: unknown;
}

/** A session asks, and is told the answer. */
export type Session = Generator<Ask, void, Answer>;

/** When a session begins: virtual milliseconds since midnight. */
export interface Begun {
  at: number;
  session: Session;
}

export type Workload = "agents" | "coding tools" | "assistant" | "support bot" | "nightly jobs" | "tagging";

/** The keys of the tenant, and what each is for. */
export const KEYS = {
  agents: "agents",
  coding: "coding tools",
  assistant: "assistant",
  contractors: "assistant",
  legal: "assistant",
  support: "support bot",
  jobs: "nightly jobs",
  tagging: "tagging",
} as const satisfies Record<string, Workload>;
export type KeyName = keyof typeof KEYS;
export const KEY_NAMES = Object.keys(KEYS) as KeyName[];

export const LEVERS = ["cache", "prompt_cache", "flex", "route", "auto"] as const;
export type Lever = (typeof LEVERS)[number];

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
