import { Pencil, RefreshCw, Trash2 } from "lucide-react";
import { useMay } from "../../api/me.ts";
import type { Credential, ProviderStatus } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { formatRelative, formatUtc } from "../../lib/format.ts";
import { moodOfAll } from "./state.ts";

interface Props {
  credential: Credential;
  /** What its weight comes to among the provider's credentials; null for the only one. */
  share: string | null;
  /** What is known of the models that were asked by it. */
  status: readonly ProviderStatus[];
  onEdit: () => void;
  onReplace: () => void;
  onRemove: () => void;
}

export function CredentialRow({ credential, share, status, onEdit, onReplace, onRemove }: Props) {
  const mayChange = useMay("credentials");
  const { provider, name, last4 } = credential;
  const where = credential.base_url ?? credential.origin;
  const mood = moodOfAll(status);
  const of = `${name} credential for ${provider}`;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5">
      <div className="flex min-w-0 flex-1 basis-40 flex-col gap-0.5">
        <span className="flex flex-wrap items-center gap-2">
          <span className="text-sm font-medium break-all">{name}</span>
          {share !== null && (
            <span className="figures text-xs text-ink-2" title={`Weight ${credential.weight}`}>
              {share}
            </span>
          )}
          {share !== null && status.length > 0 && (
            <span title={mood.title}>
              <Badge tone={mood.tone}>{mood.text}</Badge>
            </span>
          )}
        </span>
        {where && <span className="truncate text-xs text-ink-2">{where}</span>}
      </div>
      <code className="font-mono text-sm text-ink-2" title="Its last four characters">
        ••••{last4}
      </code>
      <span
        className="hidden min-w-32 text-right whitespace-nowrap text-xs text-ink-3 md:block"
        title={formatUtc(credential.created_at)}
      >
        added {formatRelative(credential.created_at)}
      </span>
      {mayChange && (
        <div className="ml-auto flex gap-1">
          <Button tone="quiet" size="icon" aria-label={`Edit the ${of}`} title="Name and weight" onClick={onEdit}>
            <Pencil aria-hidden className="size-4" />
          </Button>
          <Button tone="quiet" size="icon" aria-label={`Replace the ${of}`} title="Replace its key" onClick={onReplace}>
            <RefreshCw aria-hidden className="size-4" />
          </Button>
          <Button tone="quiet" size="icon" aria-label={`Remove the ${of}`} title="Remove" onClick={onRemove}>
            <Trash2 aria-hidden className="size-4" />
          </Button>
        </div>
      )}
    </li>
  );
}
