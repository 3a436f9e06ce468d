/** The common part of all meters: the latest of each fact wins, since every provider's counts are cumulative. */
import { isObject, type JsonObject, stringIn } from "../core/json.ts";
import type { Meter, Reading, Reported } from "./types.ts";

/** Longer than any model's name: it becomes part of the record. */
const MAX_MODEL_CHARS = 256;

export interface MeterRules {
  /** Which events may matter, by their data's text and their name. */
  wants: (data: string, name: string) => boolean;
  /** What one JSON document (an event's data, or a body) says. Undefined fields say nothing. */
  read: (json: JsonObject, name: string) => Partial<Reading>;
  /** Data that is no JSON and ends a stream. */
  doneMarker?: string;
  /** Joins what an earlier event reported with a later one's; the later one alone by default. */
  join?: (earlier: Reported, later: Reported) => Reported;
}

/** A meter by these rules. */
export function meterOf(rules: MeterRules): Meter {
  const seen: Reading = {
    reported: null,
    modelServed: null,
    finished: false,
    error: null,
    conditions: {},
  };
  function absorb(json: JsonObject, name: string): void {
    const news = rules.read(json, name);
    if (news.reported) {
      seen.reported = seen.reported && rules.join ? rules.join(seen.reported, news.reported) : news.reported;
    }
    seen.modelServed = news.modelServed?.slice(0, MAX_MODEL_CHARS).toWellFormed() || seen.modelServed;
    seen.finished = seen.finished || news.finished === true;
    seen.error = seen.error ?? news.error ?? null;
    Object.assign(seen.conditions, news.conditions);
    if (news.backgroundId !== undefined) seen.backgroundId = news.backgroundId;
  }
  return {
    // The first event always: it names the model that answers.
    wants: (data, name) => seen.modelServed === null || data === rules.doneMarker || rules.wants(data, name),
    event: absorb,
    marker: (data) => {
      if (data === rules.doneMarker) seen.finished = true;
    },
    body: (json) => {
      // Gemini's stream without SSE is an array of what the events would have been; so are its wrapped errors.
      for (const document of Array.isArray(json) ? json : [json]) {
        if (isObject(document)) absorb(document, "");
      }
      seen.finished = seen.error === null;
    },
    reading: () => seen,
  };
}

/** The message of an error that stands inside an answer: `{error: {message}}`, `{error: "text"}`. */
export function errorIn(json: JsonObject): string | undefined {
  const error = json.error;
  if (typeof error === "string" && error !== "") return error;
  return isObject(error) ? (stringIn(error, "message") ?? stringIn(error, "code") ?? "error") : undefined;
}
