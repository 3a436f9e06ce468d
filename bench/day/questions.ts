/** What people ask an assistant at work, by what a colleague would say of it; not the questions that the router was made with. */
import type { Random } from "./random.ts";

const EASY = [
  "Shorten this to two lines: {}",
  "What does EBITDA stand for?",
  "Translate into Spanish: please confirm your address before {}",
  "Proofread this sentence: we was happy to {}",
  "When is Labor Day in the United States?",
  "Give me three subject lines for a mail about {}",
  "Convert 18 stone to kilograms.",
  "Summarize in one sentence: {}",
  "Write a friendly out-of-office note until {}.",
  "Which sentiment has this comment: {}?",
  "Extract the date and the amount from: paid {} USD 41.20 on 3 May",
  "What is the difference between its and it's?",
  "Make a bulleted list of: {}",
  "Thanks! And the same for {}, please.",
  "Reply politely that we cannot meet on {}.",
  "Is 2028 a leap year?",
  "Put this into title case: {}",
  "What is the shortcut for a new tab in Chrome?",
  "Give a synonym for 'robust'.",
  "Ok, a bit shorter please.",
  "How many working days has March {}?",
  "Name five icebreaker questions for a team of {}.",
  "Which capital has Slovenia?",
  "Fix the commas: {}",
] as const;

const HARD = [
  "Our checkout deadlocks under load: two transactions update orders and stock in different order. Find the root cause in this code and propose a fix that keeps throughput:\n```ts\nawait tx.update(orders).set({ state }).where(eq(orders.id, id));\nawait tx.update(stock).set({ left: sql`left - 1` });\n```\n{}",
  "Compare event sourcing with change data capture for our billing service, weigh the trade-offs for a team of six, and recommend one with a migration plan. {}",
  "Derive the variance of the estimator step by step and say under which assumptions it is unbiased, given that samples are drawn without replacement: {}",
  "Analyze this clause for our liability under German and US law, list the risks by severity and draft a counter-proposal: {}",
  "Design an algorithm that schedules {} jobs on 12 machines such that no tenant waits more than twice as long as any other; prove its bound and give its complexity.",
  "Why does this query take 40 s although there is an index? Explain the plan and rewrite it:\nSELECT c.id, sum(o.total) FROM customers c LEFT JOIN orders o ON o.customer = c.id WHERE lower(c.email) LIKE '%{}%' GROUP BY c.id",
  "Evaluate whether we should price by seat or by usage. Model revenue for both with churn at 3 %, explain the sensitivity to each assumption, and argue for one. {}",
  "Implement a rate limiter in TypeScript with a sliding window that works across three regions without a central store, and discuss the edge cases at clock skew. {}",
  "Here is the trace of the incident. Reconstruct what happened, what the root cause is, and what has to change so that it cannot happen again:\nTypeError: Cannot read properties of undefined (reading 'lease')\n    at settle (ledger.ts:212:18)\n{}",
  "Plan the budget for next year: three scenarios, hiring by quarter, cash never below 4 months of burn. Show your reasoning for each line. {}",
  "Write a threat model for the upload service: assets, trust boundaries, attack paths, mitigations, and which residual risks to accept. {}",
  "We have two hypotheses for the drop in activation. Propose experiments that tell them apart, with sample sizes at 80 % power, and analyze confounders: {}",
] as const;

const filled = (random: Random, texts: readonly string[], detail: string): string =>
  (texts[random.between(0, texts.length - 1)] ?? "").replace("{}", detail);

export const easyQuestion = (random: Random, detail: string): string => filled(random, EASY, detail);
export const hardQuestion = (random: Random, detail: string): string => filled(random, HARD, detail);

/** The buttons of a support bot: the same text from everybody who taps one, the first ones most. */
export const BUTTONS = [
  "Where is my order?",
  "How do I return an item?",
  "How do I reset my password?",
  "When will I get my refund?",
  "Do you ship abroad?",
  "How do I change my delivery address?",
  "Which payment methods do you take?",
  "How do I cancel my subscription?",
  "What is your warranty?",
  "How do I reach a person?",
  "Do you have a student discount?",
  "How do I get an invoice?",
] as const;

/** By Zipf's law: the second half as often as the first, the third a third. */
export function tapped(random: Random): string {
  const weights = BUTTONS.map((_, at) => 1 / (at + 1));
  let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [at, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return BUTTONS[at] ?? BUTTONS[0];
  }
  return BUTTONS[0];
}
