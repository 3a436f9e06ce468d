import { Link } from "@tanstack/react-router";
import { Pencil, RotateCw, Trash2 } from "lucide-react";
import { useMay } from "../../api/me.ts";
import type { Key, SummaryRow } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../lib/cn.ts";
import { formatCount, formatPlural, formatRelative, formatUsd, formatUsdExact, formatUtc } from "../../lib/format.ts";
import { nanosOf } from "../../lib/money.ts";

interface Props {
  record: Key;
  /** Its last 30 days, where it has any. */
  usage: SummaryRow | undefined;
  tenant: string;
  onEdit: () => void;
  onRotate: () => void;
  onRevoke: () => void;
}

export function KeyRow({ record, usage, tenant, onEdit, onRotate, onRevoke }: Props) {
  const mayChange = useMay("keys");
  const test = record.mode === "test";
  const expired = record.expires_at !== null && Date.parse(record.expires_at) <= Date.now();
  const ended = record.revoked_at !== null || expired;
  return (
    <li
      className={cn(
        "flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 sm:px-5",
        test && "stripes-test",
        ended && "text-ink-3",
      )}
    >
      <div className="flex min-w-0 flex-1 basis-56 flex-col gap-1">
        <span className="flex flex-wrap items-center gap-2">
          <Link
            to="/$tenant/requests"
            params={{ tenant }}
            search={{ key: record.id }}
            className="truncate font-medium hover:underline"
          >
            {record.name}
          </Link>
          {test && <Badge tone="test">Test</Badge>}
          {record.revoked_at !== null && <Badge tone="bad">Revoked</Badge>}
          {record.bodies && <Badge tone="warn">Keeps bodies, {formatCount(record.bodies.keep_days)} d</Badge>}
          {expired && record.revoked_at === null && <Badge tone="bad">Expired</Badge>}
        </span>
        <span className="flex flex-wrap items-center gap-x-3 gap-y-0.5 text-xs text-ink-2">
          <code className="font-mono">{record.hint}</code>
          {settingsOf(record).map((setting) => (
            <span key={setting}>{setting}</span>
          ))}
        </span>
      </div>
      <div className="figures flex flex-col text-sm sm:w-32 sm:text-right">
        <span title={usage && formatUsdExact(nanosOf(usage.cost_usd))}>
          {formatUsd(usage ? nanosOf(usage.cost_usd) : 0)}
        </span>
        <span className="text-xs text-ink-3">{formatPlural(usage?.requests ?? 0, "request")}, 30 d</span>
      </div>
      <span className="hidden w-28 text-right text-xs text-ink-3 lg:block" title={formatUtc(record.created_at)}>
        made {formatRelative(record.created_at)}
      </span>
      {mayChange && (
        <div className="ml-auto flex gap-1">
          <Button
            tone="quiet"
            size="icon"
            aria-label={`Edit ${record.name}`}
            title="Edit"
            onClick={onEdit}
            disabled={record.revoked_at !== null}
          >
            <Pencil aria-hidden className="size-4" />
          </Button>
          <Button
            tone="quiet"
            size="icon"
            aria-label={`Rotate ${record.name}`}
            title="Rotate"
            onClick={onRotate}
            disabled={ended}
          >
            <RotateCw aria-hidden className="size-4" />
          </Button>
          <Button
            tone="quiet"
            size="icon"
            aria-label={`Revoke ${record.name}`}
            title="Revoke"
            onClick={onRevoke}
            disabled={record.revoked_at !== null}
          >
            <Trash2 aria-hidden className="size-4" />
          </Button>
        </div>
      )}
    </li>
  );
}

/** What the key fixes or limits, a few words each. */
function settingsOf(key: Key): string[] {
  const { allow, rate_limits: limits } = key;
  return [
    key.team && `team ${key.team}`,
    key.user && `user ${key.user}`,
    ...Object.entries(key.tags).map(([name, value]) => `${name}=${value}`),
    allow.providers && `only ${allow.providers.join(", ")}`,
    allow.models && `only ${allow.models.join(", ")}`,
    limits.requests_per_minute !== null && `${formatCount(limits.requests_per_minute)} requests/min`,
    limits.tokens_per_minute !== null && `${formatCount(limits.tokens_per_minute)} tokens/min`,
    limits.concurrent !== null && `${formatCount(limits.concurrent)} at once`,
    key.cache && `cached for ${formatCount(key.cache.ttl_seconds)} s`,
    key.expires_at !== null && `expires ${formatRelative(key.expires_at)}`,
  ].filter((setting) => typeof setting === "string");
}
