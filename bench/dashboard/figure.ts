/** A figure of the dashboard's benchmark, and what it says of itself. */
import { median } from "../stats.ts";

export interface Figure {
  name: string;
  /** One a round. */
  times: number[];
  /** At most so much; null where nothing is promised. */
  targetMs: number | null;
}

/** The best of the rounds counts: everything else that runs on the machine only adds to it. */
export const isMissed = ({ times, targetMs }: Figure): boolean => targetMs !== null && Math.min(...times) > targetMs;

export const row = (figure: Figure): string[] => [
  figure.name,
  `${Math.min(...figure.times).toFixed(0)} ms`,
  `${median(figure.times).toFixed(0)} ms`,
  figure.targetMs === null ? "–" : `${figure.targetMs} ms`,
  isMissed(figure) ? "missed" : "",
];
