/** One provider: its credentials, and how its models do by them. */
import { Plus } from "lucide-react";
import type { Credential, ProviderStatus } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { CredentialRow } from "./credential-row.tsx";
import { HealthTable } from "./health-table.tsx";
import { moodOfAll } from "./state.ts";

interface Props {
  provider: string;
  credentials: readonly Credential[];
  status: readonly ProviderStatus[];
  names: ReadonlyMap<string, string>;
  onAdd: (() => void) | null;
  onEdit: (credential: Credential) => void;
  onReplace: (credential: Credential) => void;
  onRemove: (credential: Credential) => void;
}

export function ProviderCard({ provider, credentials, status, names, ...does }: Props) {
  const mood = moodOfAll(status);
  const total = credentials.reduce((sum, { weight }) => sum + weight, 0);
  const shareOf = ({ weight }: Credential): string | null => {
    if (credentials.length < 2) return null;
    return weight === 0 || total === 0 ? "reserve" : `${Math.round((100 * weight) / total)} %`;
  };
  return (
    <Card
      className="overflow-hidden"
      title={
        <span className="flex flex-wrap items-center gap-2">
          <span className="text-base">{provider}</span>
          <span title={mood.title}>
            <Badge tone={mood.tone}>{mood.text}</Badge>
          </span>
        </span>
      }
      aside={
        does.onAdd && (
          <Button tone="quiet" size="sm" aria-label={`Add a credential for ${provider}`} onClick={does.onAdd}>
            <Plus aria-hidden className="size-4" />
            Add
          </Button>
        )
      }
    >
      {credentials.length === 0 && <p className="px-4 pb-3 text-sm text-ink-2">No credential of your own is stored.</p>}
      <ul className="divide-y empty:hidden">
        {credentials.map((credential) => (
          <CredentialRow
            key={credential.id}
            credential={credential}
            share={shareOf(credential)}
            status={status.filter((one) => one.credential === credential.id)}
            onEdit={() => does.onEdit(credential)}
            onReplace={() => does.onReplace(credential)}
            onRemove={() => does.onRemove(credential)}
          />
        ))}
      </ul>
      {status.length > 0 && <HealthTable provider={provider} status={status} names={names} />}
    </Card>
  );
}
