import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ApiError } from "../../api/client.ts";
import { recordQuery } from "../../api/usage.ts";
import { formatCount, formatDuration, formatUsd, formatUsdExact } from "../../lib/format.ts";
import { nanosOf } from "../../lib/money.ts";
import type { Answer } from "./use-conversations.ts";

/** A record is in the API within two seconds of its answer's end. */
const TRIES = 8;
const TRY_AGAIN_MS = 500;

/** What an answer cost and how long it took: the bill's own figures, once they are there. */
export function AnswerFacts({ tenant, answer }: { tenant: string; answer: Answer }) {
  const { requestId, state } = answer;
  const { data: record } = useQuery({
    ...recordQuery(tenant, requestId ?? ""),
    enabled: requestId !== null && state !== "running",
    retry: (failures, error) => failures < TRIES && error instanceof ApiError && error.status === 404,
    retryDelay: TRY_AGAIN_MS,
  });
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
          "…"
        )}
      </Fact>
      <Fact name="Tokens">
        {record ? `${formatCount(record.tokens.input)} in, ${formatCount(record.tokens.output)} out` : "…"}
      </Fact>
      <Fact name="First token">{formatDuration(answer.firstTextMs)}</Fact>
      <Fact name="Total">{formatDuration(answer.tookMs)}</Fact>
    </dl>
  );
}

const Fact = ({ name, children }: { name: string; children: React.ReactNode }) => (
  <div className="flex gap-1.5">
    <dt className="text-ink-3">{name}</dt>
    <dd>{children}</dd>
  </div>
);
