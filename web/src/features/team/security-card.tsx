import { useQuery } from "@tanstack/react-query";
import { useMay } from "../../api/me.ts";
import { securityQuery, useSetSecurity } from "../../api/team.ts";
import { Card } from "../../components/ui/card.tsx";
import { Failed, messageOf, SkeletonRows } from "../../components/ui/states.tsx";
import { toast } from "../../lib/toast.ts";

/** What the organization asks of its people. Only owners change it. */
export function SecurityCard({ tenant }: { tenant: string }) {
  const security = useQuery(securityQuery(tenant));
  const mayChange = useMay("security");
  const set = useSetSecurity(tenant);
  const isOn = set.isPending ? set.variables.require_two_factor : security.data?.require_two_factor;
  return (
    <Card title="Signing in">
      {security.isPending && <SkeletonRows rows={1} />}
      {security.isError && !security.data && (
        <Failed what="What is asked of people" error={security.error} retry={() => void security.refetch()} />
      )}
      {security.data && (
        <label className="flex items-start gap-3 px-4 pt-1 pb-4">
          <input
            type="checkbox"
            checked={isOn === true}
            disabled={!mayChange || set.isPending}
            onChange={(event) =>
              set.mutate(
                { require_two_factor: event.target.checked },
                { onError: (error) => toast(messageOf(error), "bad") },
              )
            }
            className="mt-0.5 size-4 shrink-0 accent-accent-strong"
          />
          <span className="flex flex-col gap-0.5">
            <span className="font-medium">Ask everybody for a second factor</span>
            <span className="text-sm text-pretty text-ink-2">
              Who has none sees nothing of this organization until they turn one on.
              {!mayChange && " Only an owner changes this."}
            </span>
          </span>
        </label>
      )}
    </Card>
  );
}
