/** All that is known of one request: its cost, its tokens by kind, its attempts, its tags and ids. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { UsageRecord } from "../../api/types.ts";
import { CopyButton } from "../../components/ui/code-block.tsx";
import { StatusBadge } from "../../components/ui/status-badge.tsx";
import { formatCount, formatDuration, formatTime, formatUsd, formatUsdExact, formatUtc } from "../../lib/format.ts";
import { nanosOf } from "../../lib/money.ts";
import { BodiesSection } from "./bodies-section.tsx";
import { CostSection } from "./cost-section.tsx";
import { answerHeaders, decisionsOf } from "./decisions.ts";
import { Section } from "./section.tsx";
import { TimelineSection } from "./timeline-section.tsx";
import { tokenLines } from "./token-lines.ts";

const USAGE_SOURCE: Record<UsageRecord["usage_source"], string> = {
  provider: "as the provider reported",
  counted: "counted by meterr's tokenizer",
  bound: "not reported; charged at its upper bound",
  none: "nothing to count",
};
const PRICE_SOURCE: Record<UsageRecord["price_source"], string> = {
  provider: "the provider's own cost",
  tenant: "your own price",
  catalog: "the price catalogue",
  none: "no price is known",
};

export function RecordView({ record, keyName, tenant }: { record: UsageRecord; keyName: string; tenant: string }) {
  const cost = nanosOf(record.cost_usd);
  const saved = nanosOf(record.saved_usd);
  return (
    <div className="flex flex-col gap-6 text-sm">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <div className="flex flex-col gap-0.5">
          <span className="figures text-2xl font-semibold tracking-tight" title={formatUsdExact(cost)}>
            {formatUsd(cost)}
          </span>
          <span className="text-xs text-ink-3">
            {cost === null ? "The cost is not known" : formatUsdExact(cost)}
            {saved > 0 && ` · ${formatUsd(saved)} saved`}
          </span>
        </div>
        <StatusBadge status={record.status} httpStatus={record.http_status} />
      </div>
      {record.error_code && (
        <p className="rounded-md border border-bad/30 bg-bad-soft px-3 py-2">
          Ended with <code className="font-mono text-xs">{record.error_code}</code>
        </p>
      )}
      <CostSection record={record} tenant={tenant} />
      <TokenTable record={record} />
      <TimelineSection record={record} />
      <Section title="Decisions">
        <Facts>
          {decisionsOf(record).map(({ about, what }) => (
            <Fact key={about} name={about}>
              {what}
            </Fact>
          ))}
          {record.refused_by && (
            <Fact name="Refused by">
              <Link to="/$tenant/budgets" params={{ tenant }} className="hover:underline">
                {record.refused_by}
              </Link>
            </Fact>
          )}
        </Facts>
      </Section>
      <Section title="Time">
        <Facts>
          <Fact name="Arrived">
            <time dateTime={record.time} title={formatUtc(record.time)}>
              {formatTime(record.time)}
            </time>
          </Fact>
          <Fact name="First byte">{formatDuration(record.ttft_ms)}</Fact>
          <Fact name="Duration">{formatDuration(record.latency_ms)}</Fact>
          <Fact name="Added by meterr">{formatDuration(record.overhead_ms)}</Fact>
        </Facts>
      </Section>
      <Section title="Request">
        <Facts>
          <Fact name="Model">
            <Link
              to="/$tenant/requests"
              params={{ tenant }}
              search={{ model: record.model }}
              className="hover:underline"
            >
              {record.provider}/{record.model}
            </Link>
          </Fact>
          {record.model_served && record.model_served !== record.model && (
            <Fact name="Served by">{record.model_served}</Fact>
          )}
          <Fact name="Endpoint">
            {record.endpoint}
            {record.stream ? ", streamed" : ""}
          </Fact>
          <Fact name="Key">
            {record.key ? (
              <Link to="/$tenant/requests" params={{ tenant }} search={{ key: record.key }} className="hover:underline">
                {keyName}
              </Link>
            ) : (
              "none"
            )}
          </Fact>
          {record.user && <Fact name="User">{record.user}</Fact>}
          {record.team && <Fact name="Team">{record.team}</Fact>}
          {record.session && (
            <Fact name="Session">
              <Link to="/$tenant/sessions/$id" params={{ tenant, id: record.session }} className="hover:underline">
                {record.session}
              </Link>
            </Fact>
          )}
          {Object.entries(record.tags).map(([name, value]) => (
            <Fact key={name} name={`Tag ${name}`}>
              <Link
                to="/$tenant/requests"
                params={{ tenant }}
                search={{ tag: `${name}=${value}` }}
                className="hover:underline"
              >
                {value}
              </Link>
            </Fact>
          ))}
          {record.flags.length > 0 && <Fact name="Flags">{record.flags.join(", ")}</Fact>}
        </Facts>
      </Section>
      <Section title="Billing">
        <Facts>
          <Fact name="Tokens">{USAGE_SOURCE[record.usage_source]}</Fact>
          <Fact name="Price">{PRICE_SOURCE[record.price_source]}</Fact>
          {record.price_version && <Fact name="Price version">{record.price_version}</Fact>}
          {record.bound_usd && <Fact name="Upper bound held">{formatUsd(nanosOf(record.bound_usd))}</Fact>}
          <Fact name="Request id">
            <span className="inline-flex max-w-full items-center gap-1">
              <code className="truncate font-mono text-xs">{record.id}</code>
              <CopyButton text={record.id} what="request id" tone="quiet" className="size-7" />
            </span>
          </Fact>
        </Facts>
      </Section>
      <Headers record={record} />
      <BodiesSection record={record} tenant={tenant} />
    </div>
  );
}

/** What meterr added to the answer; a provider's own headers are not kept. */
function Headers({ record }: { record: UsageRecord }) {
  return (
    <Section title="Headers added to the answer">
      <dl className="grid grid-cols-1 gap-y-1 font-mono text-xs sm:grid-cols-[14rem_minmax(0,1fr)]">
        {answerHeaders(record).map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-ink-2">{name}</dt>
            <dd className="min-w-0 break-all">{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function TokenTable({ record }: { record: UsageRecord }) {
  const lines = tokenLines(record);
  return (
    <Section title="Tokens">
      <table className="w-full">
        <thead className="sr-only">
          <tr>
            <th scope="col">Kind</th>
            <th scope="col">Amount</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.name} className={line.part ? "text-ink-2" : "border-t font-medium first:border-t-0"}>
              <th
                scope="row"
                className={line.part ? "py-1 pl-4 text-left font-normal" : "py-1.5 text-left font-medium"}
              >
                {line.name}
              </th>
              <td className="figures text-right">{formatCount(line.count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

const Facts = ({ children }: { children: ReactNode }) => (
  <dl className="grid grid-cols-[8.5rem_minmax(0,1fr)] gap-x-3 gap-y-1.5">{children}</dl>
);

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="truncate text-ink-2">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}
