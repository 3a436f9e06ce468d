/** Providers: a tenant's own keys for them, which are written and never read back, and how their models do. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Cable, Plus } from "lucide-react";
import { useState } from "react";
import { credentialsQuery, useDeleteCredential } from "../../api/credentials.ts";
import { useMay } from "../../api/me.ts";
import { providerStatusQuery } from "../../api/provider-status.ts";
import { providersQuery } from "../../api/providers.ts";
import type { Credential } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Confirm } from "../../components/ui/dialog.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Empty, Failed, SkeletonRows } from "../../components/ui/states.tsx";
import { toast } from "../../lib/toast.ts";
import { CredentialDialog } from "./credential-dialog.tsx";
import { EditCredentialDialog } from "./edit-credential-dialog.tsx";
import { ProviderCard } from "./provider-card.tsx";

export function ProvidersPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const search = useSearch({ from: "/$tenant/providers" });
  const navigate = useNavigate();
  const credentials = useQuery(credentialsQuery(tenant));
  const status = useQuery(providerStatusQuery(tenant));
  const remove = useDeleteCredential(tenant);
  const [editing, setEditing] = useState<Credential | null>(null);
  const [removing, setRemoving] = useState<Credential | null>(null);
  const go = (next: { new?: "1"; set?: string; of?: string }): void => {
    void navigate({ to: "/$tenant/providers", params: { tenant }, search: next, replace: true });
  };
  const mayChange = useMay("credentials");
  const add = mayChange && (
    <Button tone="primary" size="sm" onClick={() => go({ new: "1" })}>
      <Plus aria-hidden className="size-4" />
      Add credential
    </Button>
  );
  const own = credentials.data ?? [];
  const known = status.data ?? [];
  const providers = [...new Set([...own, ...known].map(({ provider }) => provider))].sort();
  const names = new Map(own.map(({ id, name }) => [id, name]));
  const replacing = own.find((each) => each.id === search.set) ?? null;
  const others = own.filter(({ provider, id }) => provider === removing?.provider && id !== removing.id).length;
  return (
    <Page title="Providers" controls={add}>
      {credentials.isPending && (
        <Card>
          <SkeletonRows rows={3} className="h-16" />
        </Card>
      )}
      {credentials.isError && !credentials.data && (
        <Card>
          <Failed what="Credentials" error={credentials.error} retry={() => void credentials.refetch()} />
        </Card>
      )}
      {credentials.data && providers.length === 0 && (
        <Card>
          <Empty icon={<Cable aria-hidden className="size-6" />} title="No credential yet" action={add}>
            Live keys reach a provider with your own key for it. It is encrypted before it is stored, and only its last
            four characters are ever shown.
          </Empty>
        </Card>
      )}
      {status.isError && credentials.data && (
        <p role="alert" className="mb-3 text-sm text-bad">
          How the providers do could not be loaded; it is tried again.
        </p>
      )}
      {credentials.data && (
        <div className="gap-4 *:mb-4 *:break-inside-avoid 2xl:columns-2">
          {providers.map((provider) => (
            <ProviderCard
              key={provider}
              provider={provider}
              credentials={own.filter((each) => each.provider === provider)}
              status={known.filter((each) => each.provider === provider)}
              names={names}
              onAdd={mayChange ? () => go({ new: "1", of: provider }) : null}
              onEdit={setEditing}
              onReplace={({ id }) => go({ set: id })}
              onRemove={setRemoving}
            />
          ))}
        </div>
      )}
      <OperatorCovers />
      <CredentialDialog
        tenant={tenant}
        replacing={null}
        stored={own}
        provider={search.of ?? null}
        open={mayChange && search.new === "1"}
        onClose={() => go({})}
      />
      <CredentialDialog
        tenant={tenant}
        replacing={replacing}
        stored={own}
        provider={null}
        open={mayChange && replacing !== null}
        onClose={() => go({})}
      />
      <EditCredentialDialog tenant={tenant} credential={editing} onClose={() => setEditing(null)} />
      <Confirm
        open={removing !== null}
        onClose={() => setRemoving(null)}
        title={`Remove the ${removing?.name ?? ""} credential for ${removing?.provider ?? ""}?`}
        action="Remove credential"
        onConfirm={async () => {
          if (!removing) return;
          await remove.mutateAsync(removing.id);
          toast(`The credential for ${removing.provider} is removed`);
        }}
      >
        {others > 0
          ? `Requests to ${removing?.provider} go on with ${others === 1 ? "the other one" : "the others"}. `
          : `Requests to ${removing?.provider} fail until there is another one. `}
        The key itself stays valid at the provider: revoke it there if it leaked.
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
