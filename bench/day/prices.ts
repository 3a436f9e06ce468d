/** What providers charge, from their own price lists (2026-11): the day's bill is reckoned here, apart from meterr. */

/** Picodollars a token. */
interface Price {
  input: number;
  cached: number;
  write: number;
  write1h: number;
  output: number;
}

const PER_MILLION = 1_000_000;
const price = (input: number, cached: number, write: number, output: number): Price => ({
  input: input * PER_MILLION,
  cached: cached * PER_MILLION,
  write: write * PER_MILLION,
  write1h: 2 * input * PER_MILLION,
  output: output * PER_MILLION,
});

/** Dollars for a million tokens. */
const PRICES: Readonly<Record<string, Price>> = {
  "anthropic/claude-sonnet-4-5": price(3, 0.3, 3.75, 15),
  "openai/gpt-5": price(1.25, 0.125, 1.25, 10),
  "openai/gpt-5-mini": price(0.25, 0.025, 0.25, 2),
  "together/meta-llama/Llama-3.3-70B-Instruct-Turbo": price(0.88, 0.88, 0.88, 0.88),
  "groq/llama-3.3-70b-versatile": price(0.59, 0.59, 0.59, 0.79),
};

/** One answer that an upstream gave. */
export interface Served {
  provider: string;
  model: string;
  /** All of the input, what was read and written included. */
  input: number;
  cached: number;
  write: number;
  write1h: number;
  output: number;
  flex: boolean;
}

/** Its cost in nanodollars, rounded up once. */
export function costOf(served: Served): number {
  const name = `${served.provider}/${served.model}`;
  const list = PRICES[name];
  if (!list) throw new Error(`the day has no price of ${name}`);
  const { cached, write, write1h } = served;
  const plainInput = served.input - cached - write - write1h;
  const picos =
    plainInput * list.input +
    cached * list.cached +
    write * list.write +
    write1h * list.write1h +
    served.output * list.output;
  return Math.ceil((served.flex ? picos / 2 : picos) / 1_000);
}
