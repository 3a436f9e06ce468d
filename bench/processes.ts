/** What a process and all that it started use, as Linux tells. */
import { readdirSync, readFileSync } from "node:fs";
import { cpuOfStat } from "./stats.ts";

/** CPU time of a process and its children so far, in milliseconds; Linux alone tells. */
export const cpuMs = (pid: number): number =>
  family(pid).reduce((sum, each) => sum + cpuOfStat(read(`/proc/${each}/stat`)), 0);

/** Memory of a process and its children, in bytes. */
export const memoryBytes = (pid: number): number =>
  family(pid).reduce((sum, each) => sum + 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${each}/status`))?.[1]), 0);

function family(pid: number): number[] {
  const members = new Set([pid]);
  // Children have later numbers, but for the rare time that numbers begin anew.
  for (const child of readdirSync("/proc")
    .map(Number)
    .filter(Boolean)
    .toSorted((a, b) => a - b)) {
    if (members.has(parentOf(child))) members.add(child);
  }
  return [...members];
}

/** 0 where it has ended meanwhile. */
function parentOf(pid: number): number {
  try {
    return Number(
      read(`/proc/${pid}/stat`)
        .replace(/^.*\) /s, "")
        .split(" ")[1],
    );
  } catch {
    return 0;
  }
}

const read = (file: string): string => readFileSync(file, "utf8");
