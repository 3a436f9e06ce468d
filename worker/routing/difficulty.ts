/**
 * How hard a request is, from 0 to 1, by what is to be seen of it in a fraction of a millisecond: a sum of weights, each for a
 * sign that anybody can check. It decides between a small and a large model (`auto`), and is right often enough to be worth
 * it, not always; the threshold says which mistake is the dearer one. Pure.
 */

/** What is counted in a request; `turns` are the user's own words, the newest last. */
export interface Features {
  turns: readonly string[];
  /** The user's turns, those that are not in `turns` included. */
  turnCount: number;
  /** A guess, of the whole request. */
  inputTokens: number;
  maxOutputTokens: number | null;
  tools: number;
  media: number;
  /** The answer has to keep to a schema. */
  structured: boolean;
  /** As the client asked: `low`, `high`, …; null where it did not. */
  effort: string | null;
}

export interface Signal {
  name: string;
  weight: number;
}

export interface Difficulty {
  /** 0 to 1. */
  score: number;
  /** What it is made of, the weightiest first. */
  signals: readonly Signal[];
}

/** How much each sign says. Learning from feedback would be another table of these. */
export const WEIGHTS = {
  always: 0.24,
  short: -0.04,
  unknown: 0.16,
  long: 0.1,
  veryLong: 0.2,
  code: 0.16,
  trace: 0.28,
  mathematics: 0.32,
  reasoningWord: 0.32,
  argument: 0.2,
  subject: 0.2,
  reasoningWords: 0.44,
  routineWord: -0.24,
  constraints: 0.12,
  manyConstraints: 0.22,
  questions: 0.1,
  otherScript: 0.04,
  tools: 0.04,
  manyTools: 0.14,
  longConversation: 0.06,
  bigInput: 0.14,
  hugeInput: 0.24,
  media: 0.04,
  structured: -0.06,
  shortAnswer: -0.12,
  effortHigh: 0.45,
  effortMedium: 0.1,
  effortLow: -0.25,
} as const;
type Sign = keyof typeof WEIGHTS;
/** Where a group names no threshold: a hard request at a small model is the dearer mistake. */
export const DEFAULT_THRESHOLD = 0.4;
export type Weights = Readonly<Record<Sign, number>>;

/** Words for work that small models do badly. Whole words, in the languages that are met most. */
const REASONING =
  /\b(?:prov(?:e|ing)(?! that you)|solve|determine|justify|minimi[sz]e|maximi[sz]e|sensitivity|proof|deriv(?:e|ation)|theorem|lemma|induction|contradiction|integral|eigenvalues?|bayes(?:ian)?|probabilit(?:y|ies)|optimi[sz](?:e|ation|ing)|algorithm|complexity|np-hard|invariants?|architect(?:ure)?|design (?:a|an|the|our)\b|refactor\w*|debug|root cause|diagnos\w+|deadlocks?|race conditions?|concurren\w+|distributed|consensus|trade-?offs?|step[- ]by[- ]step|reason(?:ing)? (?:about|through|carefully)|analy[sz]e|analysis|evaluate|critiqu\w+|compare and contrast|weigh|pros and cons|strateg(?:y|ic)|hypothes[ie]s|counter-?examples?|edge cases?|vulnerabilit\w+|exploit|threat model|migrat(?:e|ion) plan|implement|from scratch|plan (?:a|the|for|out)|roadmap|negotiat\w+|liabilit\w+|indemnif\w+|valuation|forecast|schedul(?:e|ing) (?:the|these|so)|puzzle|riddle|paradox|beweis\w*|herleit\w*|analysier\w*|entw(?:urf|irf|erfe)\w*|démontr\w+|prouve\w*|analyse[rz]?|conçois|demuestr\w+|analiza|diseñ\w+|optimiza)\b|证明|推导|分析|设计|优化|証明|設計/gi;
/** What asks for more than an answer: its reasons, or all of the answers. */
const ARGUMENT =
  /\b(?:explain (?:why|how|in|geometrically|the)|why (?:does|do|is|are|did|it)|argue|walk (?:me|us) through|in (?:depth|detail)|assess\w*|interpret|show (?:that|your|how|the)|work(?:ing)? out|calculate|compute|estimate|find (?:all|the|out|a)|what would happen|what is wrong|what should (?:i|we)|under which|consider\w*|recommend|suppose|schritt für schritt|warum|pourquoi|por qué)\b|为什么|なぜ/i;
/** Fields where half an answer is a wrong one. */
const SUBJECT =
  /\b(?:program|python|typescript|javascript|rust|golang|kubernetes|docker|sql|queries|query|database|regex|compiler|memory|heap|stack|thread|latency|throughput|protocol|undecidable|recursi(?:on|ve)|graph|matrix|vector|polynomial|equations?|primes?|integers?|regression|statistic\w*|variance|standard deviation|hypothesis test|p-value|enforceab\w+|jurisdiction|statute|contract|clause|lawsuit|tax|bonds?|convexity|portfolio|derivatives?|auctions?|equilibri\w+|quantum|thermodynamic\w*|stoichiometr\w+|pharmac\w+|dosage|differential diagnosis|epidemi\w+|encryption|cryptograph\w+|neural|lesson plan|curriculum|go-to-market|business plan|simulat\w+)\b/i;
/** Words for work that they do well, where a request begins with them: later they are a part of something else. */
const ROUTINE =
  /^\W*(?:(?:please|can you|could you|would you|in (?:one|a|two) \w+),?\s+){0,2}(?:translat\w+|summari[sz]e|tl;?dr|classif(?:y|ication)|categori[sz]e|extract|label|tag|spell(?:ing|-check)?|proofread|grammar|rephrase|paraphrase|rewrite|reword|shorten|capitali[sz]e|convert|reformat|format|sentiment|keywords?|titles? for|subject line|headline|greet(?:ing)?|thank(?:s| you)|hello|hi|hey|what(?:'s| is| are| was)|who (?:is|was|wrote)|when (?:is|was|did)|where (?:is|was|can|do)|how (?:many|much|old|tall|far|do i|can i)|define|definition|meaning of|synonyms?|antonyms?|capital of|list|name|give me|reply|respond|answer (?:yes|with)|yes or no|übersetz\w*|fasse|zusammenfass\w*|wie (?:heißt|viel|viele)|was (?:ist|heißt)|tradui\w*|résume\w*|traduc\w*|traduzc\w*|resume|resum\w*|qué es|cuál es|qu'est-ce)\b|^\W*(?:请)?(?:翻译|总结|什么是|翻訳|要約)/i;
const CODE =
  /```|^\s*(?:def |class |func |fn |import |from \w+ import|#include|public |private |const |let |var |SELECT\b|CREATE\b)|[;{]\s*$|=>|\b\w+\([^)\n]{0,60}\)\s*[;{]/m;
const TRACE =
  /\bTraceback \(|^\s+at \S+ ?\(|\bException\b|\bpanic:|\bSegmentation fault|\bsegfault\b|\bundefined is not\b|\bTypeError\b|\bNullPointer/m;
const MATHEMATICS =
  /[∑∫√∂∇≤≥≠∈∀∃∞π]|\\(?:frac|int|sum|sqrt|lim|begin)\b|\b(?:sin|cos|log|ln|lim)\s*\(|\b[a-z]\^\d|\bO\([^)\n]{1,24}\)|\bmod(?:ulo)? \d|\bd[xyt]\/d[xyt]\b/i;
const CONSTRAINT =
  /\b(?:must(?: not)?|at (?:most|least)|exactly|no more than|without|except|unless|only if|assuming|given that|such that|subject to|ensure|as well as|constraints?)\b|^\s*(?:\d+[.)]|[-*•])\s/gim;
/** Letters of scripts that small models know less well. */
const OTHER_SCRIPT = /[\u0400-\u1fff\u3040-\u9fff\uac00-\ud7af]/;

/** Shorter ones are mostly routine; a longer one that is no known routine is rather not. */
const SHORT_CHARS = 90;
const LONG_CHARS = 600;
const VERY_LONG_CHARS = 1_500;

/** How hard the request is. The hardest of the user's turns counts: what has begun hard does not become easy by going on. */
export function difficultyOf(features: Features, weights: Weights = WEIGHTS): Difficulty {
  const turns = features.turns.map(signsOfTurn);
  const sumOf = (signs: readonly Sign[]) => signs.reduce((sum, sign) => sum + weights[sign], 0);
  const hardest = turns.reduce<Sign[]>((most, signs) => (sumOf(signs) > sumOf(most) ? signs : most), turns[0] ?? []);
  const signs: Sign[] = ["always", ...hardest, ...signsOfRequest(features)];
  const score = Math.min(1, Math.max(0, sumOf(signs)));
  const signals = signs.map((sign) => ({ name: NAMES[sign], weight: weights[sign] }));
  return { score, signals: signals.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)) };
}

/** For people, where the field's name would not do. */
const NAMES: Readonly<Record<Sign, string>> = {
  always: "to begin with",
  short: "a short question",
  unknown: "no known routine",
  long: "a long question",
  veryLong: "a very long question",
  code: "code",
  trace: "an error's trace",
  mathematics: "mathematics",
  reasoningWord: "a word for reasoning",
  reasoningWords: "words for reasoning",
  argument: "reasons asked for",
  subject: "a subject of experts",
  routineWord: "a routine task",
  constraints: "conditions to keep",
  manyConstraints: "many conditions to keep",
  questions: "several questions",
  otherScript: "its script",
  tools: "tools",
  manyTools: "many tools",
  longConversation: "a long conversation",
  bigInput: "a big input",
  hugeInput: "a huge input",
  media: "media",
  structured: "a schema to keep to",
  shortAnswer: "a short answer",
  effortHigh: "high effort asked for",
  effortMedium: "medium effort asked for",
  effortLow: "low effort asked for",
};

function signsOfTurn(text: string): Sign[] {
  const signs: Sign[] = [];
  const length = text.length;
  if (length > VERY_LONG_CHARS) signs.push("veryLong");
  else if (length > LONG_CHARS) signs.push("long");
  else if (length < SHORT_CHARS) signs.push("short");
  if (CODE.test(text)) signs.push("code");
  if (TRACE.test(text)) signs.push("trace");
  if (MATHEMATICS.test(text)) signs.push("mathematics");
  const words = new Set(Array.from(text.matchAll(REASONING), ([word]) => word.toLowerCase())).size;
  if (words > 1) signs.push("reasoningWords");
  else if (words === 1) signs.push("reasoningWord");
  if (ARGUMENT.test(text)) signs.push("argument");
  if (SUBJECT.test(text)) signs.push("subject");
  if (ROUTINE.test(text)) signs.push("routineWord");
  else if (length >= SHORT_CHARS) signs.push("unknown");
  const constraints = countOf(text, CONSTRAINT);
  if (constraints >= 6) signs.push("manyConstraints");
  else if (constraints >= 3) signs.push("constraints");
  if (countOf(text, /[?？]/g) >= 3) signs.push("questions");
  if (OTHER_SCRIPT.test(text)) signs.push("otherScript");
  return signs;
}

function countOf(text: string, pattern: RegExp): number {
  let count = 0;
  for (const _ of text.matchAll(pattern)) count++;
  return count;
}

const BIG_INPUT_TOKENS = 20_000;
const HUGE_INPUT_TOKENS = 100_000;
const SHORT_ANSWER_TOKENS = 64;
const MANY_TOOLS = 8;
const LONG_CONVERSATION_TURNS = 8;

function signsOfRequest(of: Features): Sign[] {
  const signs: Sign[] = [];
  if (of.tools >= MANY_TOOLS) signs.push("manyTools");
  else if (of.tools > 0) signs.push("tools");
  if (of.turnCount >= LONG_CONVERSATION_TURNS) signs.push("longConversation");
  if (of.inputTokens > HUGE_INPUT_TOKENS) signs.push("hugeInput");
  else if (of.inputTokens > BIG_INPUT_TOKENS) signs.push("bigInput");
  if (of.media > 0) signs.push("media");
  if (of.structured) signs.push("structured");
  if (of.maxOutputTokens !== null && of.maxOutputTokens <= SHORT_ANSWER_TOKENS) signs.push("shortAnswer");
  switch (of.effort) {
    case "high":
    case "xhigh":
    case "max":
      signs.push("effortHigh");
      break;
    case "medium":
      signs.push("effortMedium");
      break;
    case "low":
    case "minimal":
    case "none":
      signs.push("effortLow");
  }
  return signs;
}
