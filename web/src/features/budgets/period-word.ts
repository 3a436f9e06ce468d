/** How often it begins anew, in words. */
export const PERIOD_WORD: Record<string, string> = {
  hour: "an hour",
  day: "a day",
  week: "a week",
  month: "a month",
  total: "in total",
};
