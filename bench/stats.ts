/** The arithmetic of the benchmark. */

/** Of Linux's USER_HZ, which is 100 on every platform that Node runs on. */
const MS_PER_TICK = 10;

/** The value below which `share` (0 to 1) of the sorted values lie. */
export function percentile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: number[]): number {
  return percentile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}

/** CPU time of `/proc/<pid>/stat`'s text, user and system, in milliseconds. */
export function cpuOfStat(stat: string): number {
  // The command, in parentheses, may hold spaces; utime and stime are fields 14 and 15.
  const fields = stat.replace(/^.*\) /s, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/** The value of a Prometheus series, summed over its labels; null where it is not there. */
export function seriesTotal(metrics: string, name: string): number | null {
  const values = metrics.split("\n").flatMap((line) => {
    const match = line.match(/^(\w+)(?:\{.*\})? ([\d.e+-]+)/);
    return match?.[1] === name ? [Number(match[2])] : [];
  });
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}
