/** What the days cost, beside each other, and which promise a day broke. */
import { usdFromNanos } from "../../worker/core/money.ts";
import type { DayResult } from "./run.ts";

/** The goal, as a part of the bill without levers. */
export const LEAST_SAVED = 0.4;

/** What part of the bill of `without` is saved in `day`. */
export const savedPart = (without: DayResult, day: DayResult): number => 1 - day.billNanos / without.billNanos;

/** The first day is the one without levers, the second the one with all. */
export function brokenPromises(days: readonly DayResult[]): string[] {
  const [without, all] = days;
  const broken = days.flatMap((day) => {
    const name = day.levers.join(", ") || "no lever";
    const { billNanos, recordedNanos, wrongAnswers, wrongModels } = day;
    return [
      ...(billNanos === recordedNanos
        ? []
        : [`${name}: the providers charge ${usdFromNanos(billNanos)}, the records say ${usdFromNanos(recordedNanos)}`]),
      ...(wrongAnswers.length > 0 ? [`${name}: ${wrongAnswers.length} wrong answers, as ${wrongAnswers[0]}`] : []),
      ...(wrongModels.length > 0 ? [`${name}: ${wrongModels.length} wrong models, as ${wrongModels[0]}`] : []),
    ];
  });
  const part = without && all ? savedPart(without, all) : 0;
  if (part < LEAST_SAVED) broken.push(`${percent(part)} saved, and not ${percent(LEAST_SAVED)}`);
  return broken;
}

/** For `--json`. */
export function summaryOf(days: readonly DayResult[]) {
  const [without] = days;
  return {
    days: days.map((day) => ({
      levers: day.levers,
      requests: day.requests,
      bill_usd: usdFromNanos(day.billNanos),
      saved_part: without ? Math.round(savedPart(without, day) * 1e4) / 1e4 : null,
      saved_usd: mapped(day.savedNanos, usdFromNanos),
      cache_hits: day.cacheHits,
      judged: day.judged,
      workloads: mapped(day.workloads, (each) => ({ requests: each.requests, cost_usd: usdFromNanos(each.costNanos) })),
    })),
  };
}

const mapped = <T, U>(all: Partial<Record<string, T>>, each: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(all).map(([name, value]) => [name, each(value as T)]));

export function printDay(days: readonly DayResult[]): void {
  const [without, all] = days;
  if (!without || !all) return;
  const line = (name: string, ...cells: string[]) =>
    process.stdout.write(`${name.padEnd(22)}${cells.map((cell) => cell.padStart(14)).join("")}\n`);
  line("levers", "requests", "bill", "saved", "of the bill");
  for (const day of days) {
    const name = day === without ? "none" : day === all ? "all" : day.levers.join(", ");
    const saved = without.billNanos - day.billNanos;
    line(name, String(day.requests), usd(day.billNanos), usd(saved), percent(savedPart(without, day)));
  }
  process.stdout.write("\nwith all, as the records tell it by reason\n");
  for (const [reason, nanos] of Object.entries(all.savedNanos).sort(([, a], [, b]) => b - a))
    line(reason, "", usd(nanos));
  process.stdout.write("\nthe mix, without levers and with all\n");
  for (const [workload, { requests, costNanos }] of Object.entries(without.workloads)) {
    const after = all.workloads[workload as keyof typeof all.workloads]?.costNanos ?? 0;
    line(workload, String(requests), usd(costNanos), usd(after), percent(costNanos / without.billNanos));
  }
  const { easy, hard } = all.judged;
  process.stdout.write(
    `\n${all.cacheHits} answers from the cache. The small model took ${easy.small} of ${easy.asked} easy questions and ${hard.small} of ${hard.asked} hard ones.\n`,
  );
}

const usd = (nanos: number): string => `$${(nanos / 1e9).toFixed(4)}`;
const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;
