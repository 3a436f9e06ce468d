/** The day's mix (docs/savings.md says why it is this one): who asks what, how often and at which hours. */
import { easyQuestion, hardQuestion, tapped } from "./questions.ts";
import { prose, type Random, randomOf } from "./random.ts";
import {
  type Ask,
  type Begun,
  type Body,
  HOUR_MS,
  type KeyName,
  MINUTE_MS,
  type Session,
  type Workload,
} from "./types.ts";

/** Sessions of a whole day. */
const SESSIONS: Readonly<Record<Workload, number>> = {
  agents: 12,
  "coding tools": 8,
  assistant: 300,
  "support bot": 1_100,
  "nightly jobs": 550,
  tagging: 700,
};

/** The day's sessions; `size` 1 is all of them, less is a part of each kind. */
export function sessionsOf(size: number): Begun[] {
  const begun: Begun[] = [];
  for (const [workload, count] of Object.entries(SESSIONS) as [Workload, number][]) {
    for (let index = 0; index < Math.max(1, Math.round(count * size)); index++) {
      const random = randomOf(index * 7_919 + workload.length * 104_729);
      begun.push({ at: startOf(workload, random), session: MAKERS[workload](random, index) });
    }
  }
  return begun.sort((a, b) => a.at - b.at);
}

/** Jobs run at night, people work by day, customers come till late. */
function startOf(workload: Workload, random: Random): number {
  if (workload === "nightly jobs") return HOUR_MS * (1 + 3 * random.next());
  if (workload === "support bot" || workload === "tagging") return HOUR_MS * (6 + 9 * (random.next() + random.next()));
  return HOUR_MS * (8 + 4.5 * (random.next() + random.next()));
}

const MAKERS: Readonly<Record<Workload, (random: Random, index: number) => Session>> = {
  agents: (random) => agent(random, false),
  "coding tools": (random) => agent(random, true),
  assistant: conversation,
  "support bot": supportBot,
  "nightly jobs": nightlyJob,
  tagging: tag,
};

const seconds = (random: Random, least: number, most: number): number => random.between(least * 1_000, most * 1_000);

/** The same in every session of one kind, as prompts and tools are. */
const fixed = (seed: number, tokens: number): string => prose(randomOf(seed), tokens);
const TOOLS = ["read_file", "write_file", "search", "run", "list", "ask"].map((name, at) => ({
  name,
  description: fixed(900 + at, 380),
  input_schema: { type: "object", properties: { path: { type: "string" } } },
}));
const AGENT_SYSTEM = fixed(1, 2_600);

/**
 * An agent at its task: it sends its whole history again with every result of a tool. Those that were built in the house mark
 * nothing to be kept; the coding tools that one buys do it themselves.
 */
function* agent(random: Random, marks: boolean): Session {
  const mark = marks ? { cache_control: { type: "ephemeral" } } : {};
  const system = [{ type: "text", text: AGENT_SYSTEM, ...mark }];
  const task = { role: "user", content: [{ type: "text", text: prose(random, random.between(2_500, 6_000)) }] };
  const history: { role: string; content: unknown }[] = [task];
  const turns = random.between(12, 26);
  for (let turn = 0; turn < turns; turn++) {
    const messages = marks ? history.map((each, at) => (at === history.length - 1 ? marked(each) : each)) : history;
    const body: Body = {
      ...{ model: "claude-sonnet-4-5", max_tokens: random.between(400, 1_200), tools: TOOLS, system },
      ...{ messages: structuredClone(messages), stream: true },
    };
    // Now and then somebody has to approve, and is at lunch.
    const afterMs = random.chance(0.08) ? random.between(6 * MINUTE_MS, 40 * MINUTE_MS) : seconds(random, 15, 70);
    const { content } = yield { afterMs, key: marks ? "coding" : "agents", dialect: "messages", body };
    const calls = (content as { type: string; id?: string }[]).filter(({ type }) => type === "tool_use");
    const results = calls.map(({ id }) => ({
      type: "tool_result",
      tool_use_id: id,
      content: prose(random, random.between(250, 2_600)),
    }));
    history.push({ role: "assistant", content }, { role: "user", content: results });
  }
}

function marked(message: { role: string; content: unknown }) {
  const content = (message.content as object[]).map((block, at, all) =>
    at === all.length - 1 ? { ...block, cache_control: { type: "ephemeral" } } : block,
  );
  return { ...message, content };
}

const ASSISTANT_SYSTEM = fixed(2, 700);
/** As in public studies of routing, two of three questions are routine. */
const EASY_PART = 0.65;

/** Somebody at work and the assistant, which is a route's name. */
function* conversation(random: Random, index: number): Session {
  // Contractors may use the small model alone, lawyers the large one alone.
  const key: KeyName = index % 12 === 5 ? "contractors" : index % 12 === 11 ? "legal" : "assistant";
  const messages: object[] = [{ role: "system", content: ASSISTANT_SYSTEM }];
  const isEasy = random.chance(EASY_PART);
  for (let turn = random.between(1, 4); turn > 0; turn--) {
    // A conversation keeps to its kind, by and large.
    const easy = random.chance(0.15) ? !isEasy : isEasy;
    const detail = prose(random, easy ? random.between(8, 60) : random.between(80, 500));
    messages.push({ role: "user", content: easy ? easyQuestion(random, detail) : hardQuestion(random, detail) });
    const body: Body = {
      ...{ model: "assistant", messages: structuredClone(messages), stream: random.chance(0.7) },
      max_completion_tokens: easy ? random.between(250, 800) : random.between(1_400, 3_000),
    };
    const afterMs = seconds(random, 20, 240);
    const { digest } = yield { afterMs, key, dialect: "chat", body, difficulty: easy ? "easy" : "hard" };
    messages.push({ role: "assistant", content: `${digest} ${prose(random, easy ? 150 : 600)}` });
  }
}

const SUPPORT_SYSTEM = fixed(3, 1_900);
/** Of a bot's questions, those that are a button's text. */
const TAPPED_PART = 0.4;

/** A customer and the bot: a button's text, or words of their own. */
function* supportBot(random: Random): Session {
  const text = random.chance(TAPPED_PART) ? tapped(random) : prose(random, random.between(15, 90));
  const body: Body = {
    ...{ model: "gpt-5", stream: random.chance(0.5), max_completion_tokens: 350 },
    messages: [
      { role: "system", content: SUPPORT_SYSTEM },
      { role: "user", content: text },
    ],
  };
  const ask: Ask = { afterMs: 0, key: "support", dialect: "chat", body };
  // Impatient: a double click, or once more after the page was closed.
  yield { ...ask, twice: random.chance(0.03) };
  if (random.chance(0.04)) yield { ...ask, afterMs: seconds(random, 20, 120) };
}

const JOB_SYSTEM = fixed(4, 1_100);

/** A document to be read by morning; of a job that failed half way, some are read twice. */
function* nightlyJob(random: Random): Session {
  const body: Body = {
    ...{ model: "nightly", max_completion_tokens: random.between(500, 1_100) },
    messages: [
      { role: "system", content: JOB_SYSTEM },
      { role: "user", content: prose(random, random.between(1_500, 5_000)) },
    ],
  };
  const ask: Ask = { afterMs: 0, key: "jobs", dialect: "chat", body };
  yield ask;
  if (random.chance(0.06)) yield { ...ask, afterMs: HOUR_MS };
}

const TAG_SYSTEM = fixed(5, 600);

/** An open model that several providers sell puts a label on a text. */
function* tag(random: Random): Session {
  const body: Body = {
    ...{ model: "tagger", max_tokens: 60 },
    messages: [
      { role: "system", content: TAG_SYSTEM },
      { role: "user", content: prose(random, random.between(80, 900)) },
    ],
  };
  const ask: Ask = { afterMs: 0, key: "tagging", dialect: "chat", body };
  yield ask;
  // Delivered at least once, as queues do.
  if (random.chance(0.03)) yield { ...ask, afterMs: seconds(random, 30, 90) };
}
