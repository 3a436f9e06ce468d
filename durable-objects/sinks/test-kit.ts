/** For tests of sinks: usage events as a gateway settles them. */
import { sampleEvent } from "../../worker/core/samples.ts";
import { NO_TOKENS, type UsageEvent } from "../../worker/core/usage.ts";

export const usageEvent = (tenant: string, id: string, over: Partial<UsageEvent> = {}): UsageEvent =>
  sampleEvent({
    ...{ id, tenant, time: 1_795_500_000_000, modelServed: "gpt-5-mini-2025-08-07", boundNanos: 100, latencyMs: 7.5 },
    tokens: { ...NO_TOKENS, input: 12, output: 5 },
    attempts: [{ provider: "openai", model: "gpt-5-mini", httpStatus: 200, ms: 7, costNanos: 60 }],
    ...over,
  });
