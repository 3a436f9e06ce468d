import { useQuery } from "@tanstack/react-query";
import { RotateCw, X } from "lucide-react";
import { useState } from "react";
import { invitationsQuery, useCancelInvitation, useResendInvitation } from "../../api/team.ts";
import type { Invitation, MadeInvitation } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Confirm } from "../../components/ui/dialog.tsx";
import { Failed, messageOf, SkeletonRows } from "../../components/ui/states.tsx";
import { formatRelative, formatUtc } from "../../lib/format.ts";
import { toast } from "../../lib/toast.ts";

/** Who is invited and has not come yet. */
export function InvitationsCard({ tenant, onMade }: { tenant: string; onMade: (made: MadeInvitation) => void }) {
  const invitations = useQuery(invitationsQuery(tenant));
  const open = invitations.data?.filter(({ status }) => status === "pending" || status === "expired");
  const cancel = useCancelInvitation(tenant);
  const resend = useResendInvitation(tenant);
  const [canceling, setCanceling] = useState<Invitation | null>(null);
  const again = (id: string): void =>
    resend.mutate(id, {
      onSuccess: (made) => {
        if (made.link === null) toast(`Another link is on its way to ${made.email}`);
        else onMade(made);
      },
      onError: (error) => toast(messageOf(error), "bad"),
    });
  return (
    <Card title="Invitations" className="overflow-hidden">
      {invitations.isPending && <SkeletonRows rows={1} className="h-16" />}
      {invitations.isError && !invitations.data && (
        <Failed what="Invitations" error={invitations.error} retry={() => void invitations.refetch()} />
      )}
      {open?.length === 0 && <p className="px-4 pt-1 pb-4 text-sm text-ink-2">Nobody is waiting to join.</p>}
      <ul className="mt-1 divide-y border-t empty:hidden">
        {open?.map((invitation) => (
          <li key={invitation.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3">
            <div className="flex min-w-0 flex-1 basis-56 flex-col">
              <span className="truncate font-medium">{invitation.email}</span>
              <span className="text-xs text-ink-2" title={formatUtc(invitation.expires_at)}>
                {invitation.role} · {invitation.emailed ? "emailed" : "link passed on by hand"} ·{" "}
                {invitation.status === "pending" ? "expires" : "expired"} {formatRelative(invitation.expires_at)}
              </span>
            </div>
            {invitation.status === "expired" && <Badge tone="warn">Expired</Badge>}
            <div className="flex gap-1">
              <Button
                tone="quiet"
                size="icon"
                busy={resend.isPending}
                aria-label={`New link for ${invitation.email}`}
                title="New link"
                onClick={() => again(invitation.id)}
              >
                <RotateCw aria-hidden className="size-4" />
              </Button>
              <Button
                tone="quiet"
                size="icon"
                aria-label={`Cancel the invitation of ${invitation.email}`}
                title="Cancel"
                onClick={() => setCanceling(invitation)}
              >
                <X aria-hidden className="size-4" />
              </Button>
            </div>
          </li>
        ))}
      </ul>
      <Confirm
        open={canceling !== null}
        onClose={() => setCanceling(null)}
        title="Cancel this invitation?"
        action="Cancel invitation"
        onConfirm={async () => {
          if (canceling) await cancel.mutateAsync(canceling.id);
        }}
      >
        The link that {canceling?.email} has works no more.
      </Confirm>
    </Card>
  );
}
