/** A tenant's own keys for providers: add, replace, remove. They are written, and never read back. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Cable, Plus, RefreshCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { credentialsQuery, useDeleteCredential } from "../../api/credentials.ts";
import { useMay } from "../../api/me.ts";
import { providersQuery } from "../../api/providers.ts";
import type { Credential } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Confirm } from "../../components/ui/dialog.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Empty, Failed, SkeletonRows } from "../../components/ui/states.tsx";
import { formatRelative, formatUtc } from "../../lib/format.ts";
import { toast } from "../../lib/toast.ts";
import { CredentialDialog } from "./credential-dialog.tsx";

export function ProvidersPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const search = useSearch({ from: "/$tenant/providers" });
  const navigate = useNavigate();
  const credentials = useQuery(credentialsQuery(tenant));
  const remove = useDeleteCredential(tenant);
  const [removing, setRemoving] = useState<Credential | null>(null);
  const go = (next: { new?: "1"; set?: string }): void => {
    void navigate({ to: "/$tenant/providers", params: { tenant }, search: next, replace: true });
  };
  const mayChange = useMay("credentials");
  const add = mayChange && (
    <Button tone="primary" size="sm" onClick={() => go({ new: "1" })}>
      <Plus aria-hidden className="size-4" />
      Add credential
    </Button>
  );
  const replacing = credentials.data?.find((each) => each.id === search.set) ?? null;
  return (
    <Page title="Providers" controls={add}>
      <Card className="overflow-hidden">
        {credentials.isPending && <SkeletonRows rows={3} className="h-16" />}
        {credentials.isError && !credentials.data && (
          <Failed what="Credentials" error={credentials.error} retry={() => void credentials.refetch()} />
        )}
        {credentials.data?.length === 0 && (
          <Empty icon={<Cable aria-hidden className="size-6" />} title="No credential yet" action={add}>
            Live keys reach a provider with your own key for it. It is encrypted before it is stored, and only its last
            four characters are ever shown.
          </Empty>
        )}
        <ul className="divide-y empty:hidden">
          {credentials.data?.map((credential) => (
            <CredentialRow
              key={credential.id}
              credential={credential}
              onReplace={() => go({ set: credential.id })}
              onRemove={() => setRemoving(credential)}
            />
          ))}
        </ul>
      </Card>
      <OperatorCovers />
      <CredentialDialog
        tenant={tenant}
        replacing={null}
        open={mayChange && search.new === "1"}
        onClose={() => go({})}
      />
      <CredentialDialog
        tenant={tenant}
        replacing={replacing}
        open={mayChange && replacing !== null}
        onClose={() => go({})}
      />
      <Confirm
        open={removing !== null}
        onClose={() => setRemoving(null)}
        title={`Remove the credential for ${removing?.provider ?? ""}?`}
        action="Remove credential"
        onConfirm={async () => {
          if (!removing) return;
          await remove.mutateAsync(removing.id);
          toast(`The credential for ${removing.provider} is removed`);
        }}
      >
        Requests to {removing?.provider} fail until there is another one. The key itself stays valid at the provider:
        revoke it there if it leaked.
      </Confirm>
    </Page>
  );
}

/** What works without a credential of one's own, because the operator has one. */
function OperatorCovers() {
  const { data } = useQuery(providersQuery);
  const covered = data?.filter((each) => each.operator_credential).map((each) => each.slug) ?? [];
  if (covered.length === 0) return null;
  return (
    <p className="mt-3 text-sm text-ink-2">
      Without a credential of your own, {covered.join(", ")} {covered.length === 1 ? "is" : "are"} reached with the
      operator's.
    </p>
  );
}

interface RowProps {
  credential: Credential;
  onReplace: () => void;
  onRemove: () => void;
}

function CredentialRow({ credential, onReplace, onRemove }: RowProps) {
  const mayChange = useMay("credentials");
  const where = credential.base_url ?? credential.origin;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 sm:px-5">
      <div className="flex min-w-0 flex-1 basis-48 flex-col gap-0.5">
        <span className="flex flex-wrap items-center gap-2">
          <span className="font-medium">{credential.provider}</span>
          {credential.name !== "default" && <Badge>{credential.name}</Badge>}
        </span>
        <span className="truncate text-xs text-ink-2">
          {where ?? (
            <>
              at <code className="font-mono">/{credential.provider}</code>
            </>
          )}
        </span>
      </div>
      <code className="font-mono text-sm text-ink-2" title="Its last four characters">
        ••••{credential.last4}
      </code>
      <span className="hidden w-28 text-right text-xs text-ink-3 md:block" title={formatUtc(credential.created_at)}>
        added {formatRelative(credential.created_at)}
      </span>
      {mayChange && (
        <div className="ml-auto flex gap-1">
          <Button
            tone="quiet"
            size="icon"
            aria-label={`Replace the credential for ${credential.provider}`}
            title="Replace"
            onClick={onReplace}
          >
            <RefreshCw aria-hidden className="size-4" />
          </Button>
          <Button
            tone="quiet"
            size="icon"
            aria-label={`Remove the credential for ${credential.provider}`}
            title="Remove"
            onClick={onRemove}
          >
            <Trash2 aria-hidden className="size-4" />
          </Button>
        </div>
      )}
    </li>
  );
}
