import { useQuery } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { tokensQuery, useRevokeToken } from "../../api/settings.ts";
import type { Token } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { CsvButton } from "../../components/ui/csv-button.tsx";
import { Confirm } from "../../components/ui/dialog.tsx";
import { RowButton } from "../../components/ui/row-button.tsx";
import { Failed, SkeletonRows } from "../../components/ui/states.tsx";
import type { CsvColumn } from "../../lib/csv.ts";
import { formatRelative, formatUtc } from "../../lib/format.ts";
import { toast } from "../../lib/toast.ts";

const CSV: readonly CsvColumn<Token>[] = [
  ["id", ({ id }) => id],
  ["name", ({ name }) => name],
  ["role", ({ role }) => role],
  ["actions", ({ actions }) => actions?.join(" ")],
  ["user", ({ user }) => user],
  ["expires_at", ({ expires_at }) => expires_at],
  ["created_at", ({ created_at }) => created_at],
];

/** Bearers of the API for automation; `onMake` is null for who may make none. */
export function TokensCard({ tenant, onMake }: { tenant: string; onMake: (() => void) | null }) {
  const tokens = useQuery(tokensQuery(tenant));
  const revoke = useRevokeToken(tenant);
  const [revoking, setRevoking] = useState<Token | null>(null);
  return (
    <Card
      title="Management tokens"
      className="overflow-hidden"
      aside={
        <span className="flex gap-2">
          {tokens.data && tokens.data.length > 0 && <CsvButton name="tokens" columns={CSV} rows={tokens.data} />}
          {onMake && (
            <Button size="sm" onClick={onMake}>
              <Plus aria-hidden className="size-4" />
              Make token
            </Button>
          )}
        </span>
      }
    >
      {tokens.isPending && <SkeletonRows rows={2} className="h-14" />}
      {tokens.isError && !tokens.data && (
        <Failed what="Tokens" error={tokens.error} retry={() => void tokens.refetch()} />
      )}
      {tokens.data?.length === 0 && (
        <p className="px-4 pt-1 pb-4 text-sm text-pretty text-ink-2">
          A token lets a program use the <ApiLink />, with a role of its own: in a pipeline, a script, or Terraform.
        </p>
      )}
      <ul className="mt-2 divide-y border-t empty:hidden">
        {tokens.data?.map((token) => (
          <li key={token.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5">
            <span className="flex min-w-0 flex-1 basis-48 items-center gap-2">
              <span className="truncate font-medium">{token.name}</span>
              <Badge>{token.role}</Badge>
              {token.actions && (
                <span title={token.actions.join(", ")}>
                  <Badge>Narrowed</Badge>
                </span>
              )}
              {isExpired(token) && <Badge tone="bad">Expired</Badge>}
            </span>
            <span className="text-xs text-ink-3" title={formatUtc(token.created_at)}>
              made {formatRelative(token.created_at)}
            </span>
            <span
              className="ml-auto w-32 text-right text-xs text-ink-3"
              title={token.expires_at ? formatUtc(token.expires_at) : undefined}
            >
              {token.expires_at ? `ends ${formatRelative(token.expires_at)}` : "never ends"}
            </span>
            {onMake && (
              <RowButton
                icon={Trash2}
                name={`Revoke ${token.name}`}
                title="Revoke"
                onClick={() => setRevoking(token)}
              />
            )}
          </li>
        ))}
      </ul>
      <Confirm
        open={revoking !== null}
        onClose={() => setRevoking(null)}
        title={`Revoke ${revoking?.name}?`}
        action="Revoke token"
        onConfirm={async () => {
          if (!revoking) return;
          await revoke.mutateAsync(revoking.id);
          toast(`${revoking.name} is revoked`);
        }}
      >
        Whatever uses it is refused at once. This cannot be undone.
      </Confirm>
    </Card>
  );
}

const isExpired = ({ expires_at }: Token): boolean => expires_at !== null && Date.parse(expires_at) <= Date.now();

const ApiLink = () => (
  <a href="/api/docs" className="text-accent underline underline-offset-2">
    API
  </a>
);
