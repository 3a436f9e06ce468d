/** A route's versions: what it was, who made it so, and going back. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { routeVersionsQuery, useRestoreRoute } from "../../api/routes.ts";
import { membersQuery } from "../../api/team.ts";
import type { Member, RouteVersion } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { CodeBlock } from "../../components/ui/code-block.tsx";
import { Confirm } from "../../components/ui/dialog.tsx";
import { Failed, SkeletonRows } from "../../components/ui/states.tsx";
import { formatRelative, formatUtc } from "../../lib/format.ts";
import { toast } from "../../lib/toast.ts";
import { bodyOf, modelsIn, pretty } from "./words.ts";

export function Versions({ tenant, name, mayChange }: { tenant: string; name: string; mayChange: boolean }) {
  const versions = useQuery(routeVersionsQuery(tenant, name));
  const restore = useRestoreRoute(tenant, name);
  const { data: members = [] } = useQuery(membersQuery(tenant));
  const [chosen, setChosen] = useState<RouteVersion | null>(null);
  if (versions.isPending) return <SkeletonRows rows={3} className="h-16" />;
  if (!versions.data) {
    return <Failed what="Versions" error={versions.error} retry={() => void versions.refetch()} />;
  }
  return (
    <>
      <ul className="divide-y">
        {versions.data.map((version, i) => (
          <li key={version.version} className="flex flex-col gap-1 px-4 py-3">
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <span className="figures text-sm font-medium">Version {version.version}</span>
              {i === 0 && <Badge tone="ok">in force</Badge>}
              <span className="text-xs text-ink-3" title={formatUtc(version.changed_at)}>
                {formatRelative(version.changed_at)}
                {version.changed_by && ` by ${whoIs(version.changed_by, members)}`}
              </span>
              {i > 0 && mayChange && (
                <Button
                  size="sm"
                  className="ml-auto"
                  aria-label={`Restore version ${version.version}`}
                  onClick={() => setChosen(version)}
                >
                  Restore
                </Button>
              )}
            </div>
            <p className="truncate font-mono text-xs text-ink-2">
              {version.strategy}: {modelsIn(version.targets).join(", ")}
            </p>
            <details>
              <summary className="text-xs text-ink-2 hover:text-ink">Definition</summary>
              <CodeBlock className="mt-2" what={`Version ${version.version}`} code={pretty(bodyOf(version))} />
            </details>
          </li>
        ))}
      </ul>
      <Confirm
        open={chosen !== null}
        onClose={() => setChosen(null)}
        title={`Restore version ${chosen?.version ?? ""}?`}
        action="Restore"
        onConfirm={async () => {
          if (!chosen) return;
          await restore.mutateAsync(chosen.version);
          toast(`${name} is as it was in version ${chosen.version}`);
        }}
      >
        Requests for {name} go as that version says, within 10 s. It becomes a new version: nothing is lost.
      </Confirm>
    </>
  );
}

/** A person's name, where they are a member still. */
function whoIs(actor: string, members: readonly Member[]): string {
  if (!actor.startsWith("user:")) return actor;
  const member = members.find(({ id }) => id === actor.slice("user:".length));
  return member ? member.name || member.email : "somebody who left";
}
