/** How a provider's models do, by credential: the last five minutes, and what went wrong last. */
import type { ProviderStatus } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { formatCount, formatDuration, formatPlural, formatRelative, formatUtc } from "../../lib/format.ts";
import { credentialName, errorRateOf, errorWords, moodOf } from "./state.ts";

interface Props {
  provider: string;
  status: readonly ProviderStatus[];
  /** Of credentials, by their ids. */
  names: ReadonlyMap<string, string>;
}

export function HealthTable({ provider, status, names }: Props) {
  const severalCredentials = new Set(status.map(({ credential }) => credential)).size > 1;
  return (
    <div className="@container border-t">
      <table className="w-full table-fixed text-sm">
        <caption className="sr-only">Health of {provider}'s models in the last five minutes</caption>
        <thead className="text-xs text-ink-3">
          <tr className="[&>th]:py-2 [&>th]:font-normal">
            <th scope="col" className="w-auto pl-4 text-left">
              Model
            </th>
            <th scope="col" className="w-28 text-left">
              State
            </th>
            <th scope="col" className="w-16 pr-4 text-right @2xl:pr-0">
              Errors
            </th>
            <th scope="col" className="hidden w-24 text-right @lg:table-cell">
              First byte
            </th>
            <th scope="col" className="hidden w-24 text-right @lg:table-cell @2xl:pr-0">
              First token
            </th>
            <th scope="col" className="hidden w-56 pr-4 pl-6 text-left @2xl:table-cell">
              Last error
            </th>
          </tr>
        </thead>
        <tbody className="divide-y border-t">
          {status.map((one) => (
            <Row
              key={`${one.model}#${one.credential}`}
              one={one}
              credential={severalCredentials ? credentialName(one.credential, names) : null}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ one, credential }: { one: ProviderStatus; credential: string | null }) {
  const { tone, text, title } = moodOf(one);
  const since = one.since === null ? "" : ` Since ${formatUtc(one.since)}.`;
  return (
    <tr className="[&>td]:py-2 [&>th]:py-2">
      <th scope="row" className="truncate pl-4 text-left font-normal" title={one.model}>
        <span className="font-mono text-xs">{one.model}</span>
        {credential !== null && <span className="block text-xs text-ink-3">by {credential}</span>}
      </th>
      <td title={`${title}${since}`}>
        <Badge tone={tone}>{text}</Badge>
        {one.since !== null && one.state !== "closed" && (
          <span className="block text-xs text-ink-3">{formatRelative(one.since)}</span>
        )}
      </td>
      <td
        className="figures pr-4 text-right @2xl:pr-0"
        title={`${formatCount(one.failures)} of ${formatPlural(one.attempts, "request")}`}
      >
        {errorRateOf(one)}
      </td>
      <td className="figures hidden text-right @lg:table-cell" title="Median of the last five minutes">
        {formatDuration(one.first_byte_ms)}
      </td>
      <td className="figures hidden text-right @lg:table-cell">{formatDuration(one.first_token_ms)}</td>
      <td className="hidden truncate pr-4 pl-6 text-xs text-ink-2 @2xl:table-cell">
        {one.last_error && (
          <span title={formatUtc(one.last_error.time)}>
            {errorWords(one.last_error.error)} · {formatRelative(one.last_error.time)}
          </span>
        )}
      </td>
    </tr>
  );
}
