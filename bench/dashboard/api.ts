/** What the dashboard's first screens ask the API for, and what a click leads to, timed. */
import { PERIODS, type PeriodName, spanOf } from "../../web/src/lib/period.ts";
import type { Served } from "../serve.ts";
import type { Figure } from "./figure.ts";

const OVERVIEW_MS = 300;
const LIST_MS = 200;
const BREAKDOWNS = ["model", "provider", "key", "team", "user", "tag"];

interface Question {
  name: string;
  path: string;
  targetMs: number;
}

/** The sums of one period, as the overview asks for them. */
function overview(period: PeriodName, now: number): Question[] {
  const span = spanOf(period, now);
  const sums = (name: string, query: string) => ({
    name: `overview, ${period}, ${name}`,
    path: `/usage/summary?${query}`,
    targetMs: OVERVIEW_MS,
  });
  const before = `from=${span.previousFrom}&to=${span.previousTo}`;
  const byModel = `from=${span.from}&group_by=${span.step},model&top=12`;
  return [
    ...BREAKDOWNS.map((by) =>
      sums(`by ${by}`, `from=${span.from}&group_by=${span.step},${by}&top=${by === "tag" ? 100 : 12}`),
    ),
    sums("in all", `from=${span.from}&group_by=${span.step}`),
    sums("the period before", `${before}&group_by=${span.step}`),
    sums("percentiles", `from=${span.from}&percentiles=true`),
    sums("percentiles before", `${before}&percentiles=true`),
    sums("of one key by model", `${byModel}&key=key_000003`),
    sums("of one tag by model", `${byModel}&tag=env%3Dprod`),
  ];
}

function questions(now: number): Question[] {
  const list = (name: string, query: string) => ({ name, path: `/usage?limit=100${query}`, targetMs: LIST_MS });
  return [
    ...PERIODS.flatMap((period) => overview(period, now)),
    list("requests, the newest", ""),
    list("requests, failed", "&status=error"),
    list("requests, cut (one in ten thousand)", "&status=cut"),
    list("requests, of one tag, denied", "&tag=env%3Dstaging&status=denied"),
    list("requests, text in errors", "&q=timeout"),
    list("requests, text, several words", "&q=gpt-5+staging+upstream"),
    list("requests, text that is nowhere", "&q=nothinglikethis"),
    list("requests, by id", "&q=req_000000000zzz"),
    list("requests, of one session", "&session=run-1000-1"),
    { name: "sessions, the newest", path: "/sessions?limit=100", targetMs: LIST_MS },
    { name: "forecast", path: "/forecast", targetMs: OVERVIEW_MS },
  ];
}

/** Milliseconds until the whole answer is there, some rounds of each question after one that warms up. */
export async function timeApi(served: Served, rounds: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { name, path, targetMs } of questions(Date.now())) {
    const times: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const from = performance.now();
      const response = await fetch(`${served.url}/api/v1/tenants/${served.tenant}${path}`, {
        headers: { authorization: `Bearer ${served.adminToken}` },
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
      if (round > 0) times.push(performance.now() - from);
    }
    figures.push({ name, times, targetMs });
  }
  return figures;
}
