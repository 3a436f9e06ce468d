import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useLiveMessages } from "../../api/live.tsx";
import type { UsageRecord } from "../../api/types.ts";
import { recordQuery } from "../../api/usage.ts";
import { formatCount, formatDuration, formatUsd, formatUsdExact } from "../../lib/format.ts";
import { nanosOf } from "../../lib/money.ts";
import type { Answer } from "./use-conversations.ts";

/** A record comes by the live socket; where none is open, it is in the API this long after its answer's end. */
const STORED_AFTER_MS = 2_500;

/** What an answer cost and how long it took: the bill's own figures, once they are there. */
export function AnswerFacts({ tenant, answer }: { tenant: string; answer: Answer }) {
  const record = useRecord(tenant, answer.requestId);
  // What was refused before it began has no record that it could be found by.
  const waiting = answer.requestId === null ? "–" : "…";
  const cost = record ? nanosOf(record.cost_usd) : null;
  return (
    <dl className="figures flex flex-wrap gap-x-4 gap-y-1 border-t px-3.5 py-2 text-xs">
      <Fact name="Cost">
        {record ? (
          <Link
            to="/$tenant/requests/$id"
            params={{ tenant, id: record.id }}
            title={formatUsdExact(cost)}
            className="text-accent hover:underline"
          >
            {formatUsd(cost)}
          </Link>
        ) : (
          waiting
        )}
      </Fact>
      <Fact name="Tokens">
        {record ? `${formatCount(record.tokens.input)} in, ${formatCount(record.tokens.output)} out` : waiting}
      </Fact>
      <Fact name="First token">{formatDuration(answer.firstTextMs)}</Fact>
      <Fact name="Total">{formatDuration(answer.tookMs)}</Fact>
    </dl>
  );
}

function useRecord(tenant: string, requestId: string | null): UsageRecord | undefined {
  const [live, setLive] = useState<UsageRecord>();
  const [isStored, setStored] = useState(false);
  useLiveMessages((message) => {
    if (message.type === "usage" && message.data.id === requestId) setLive(message.data);
  });
  useEffect(() => {
    const timer = setTimeout(() => setStored(true), STORED_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  const { data: stored } = useQuery({
    ...recordQuery(tenant, requestId ?? ""),
    enabled: requestId !== null && live === undefined && isStored,
  });
  return live ?? stored;
}

const Fact = ({ name, children }: { name: string; children: React.ReactNode }) => (
  <div className="flex gap-1.5">
    <dt className="text-ink-3">{name}</dt>
    <dd>{children}</dd>
  </div>
);
