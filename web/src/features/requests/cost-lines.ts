/** How a record's cost comes about, as text: exact to the picodollar, since what is shown has to add up. */
import type { ExplainedCost } from "../../api/types.ts";

type Explained = Pick<ExplainedCost, "cost_parts" | "cost_usd" | "sum_usd" | "matches">;

export interface CostLine {
  kind: string;
  /** The model that this line and those after it are of, where several were charged. */
  model: string | null;
  units: number;
  price: string;
  /** What the price is for. */
  per: "per 1M" | "each";
  cost: string;
}

export interface CostLines {
  lines: CostLine[];
  /** What the parts add up to, rounded up to a nanodollar. */
  sum: string;
  /** What was charged; null where that is not known. */
  charged: string | null;
  /** Whether the parts end below a nanodollar, so that their sum was rounded. */
  rounded: boolean;
}

const TOKEN_KINDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    input: "Input",
    input_cached: "Cache read",
    input_cache_write: "Cache write",
    input_cache_write_1h: "Cache write, 1 h",
    input_audio: "Audio input",
    input_audio_cached: "Audio cache read",
    input_image: "Image input",
    input_image_cached: "Image cache read",
    output: "Output",
    output_reasoning: "Reasoning",
    output_audio: "Audio output",
    output_image: "Image output",
  }),
);

/** All parts and both totals, with as many decimals as the longest needs. */
export function costLines({ cost_parts, cost_usd, sum_usd, matches }: Explained): CostLines {
  const several = new Set(cost_parts.map((part) => part.model)).size > 1;
  const costs = cost_parts.map((part) => picosOf(part.cost_usd));
  const sum = picosOf(sum_usd);
  const charged = cost_usd === null ? null : picosOf(cost_usd);
  // A total that is the sum, or that stands below it, is told to the same digit.
  const decimals = Math.max(...[...costs, sum, charged ?? 0n].map(decimalsOf));
  return {
    lines: cost_parts.map((part, at) => {
      const tokens = TOKEN_KINDS.get(part.kind);
      const price = picosOf(part.price_usd) * (tokens ? 1_000_000n : 1n);
      return {
        kind: tokens ?? capitalized(part.kind.replaceAll("_", " ")),
        model: several && part.model !== cost_parts[at - 1]?.model ? part.model : null,
        units: part.units,
        price: usd(price, decimalsOf(price)),
        per: tokens ? "per 1M" : "each",
        cost: usd(costs[at] ?? 0n, decimals),
      };
    }),
    sum: usd(sum, decimals),
    charged: charged === null ? null : usd(charged, decimals),
    rounded: matches && costs.reduce((total, cost) => total + cost, 0n) !== sum,
  };
}

const picosOf = (text: string): bigint => {
  const [whole = "0", fraction = ""] = text.split(".");
  return BigInt(whole + fraction.padEnd(12, "0"));
};

/** How many decimals tell `picos` whole; two at least. */
const decimalsOf = (picos: bigint): number =>
  Math.max(2, 12 - (/0*$/.exec(picos.toString().padStart(13, "0").slice(-12))?.[0].length ?? 0));

function usd(picos: bigint, decimals: number): string {
  const digits = picos.toString().padStart(13, "0");
  return `$${BigInt(digits.slice(0, -12)).toLocaleString("en-US")}.${digits.slice(-12).slice(0, decimals)}`;
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
