/** Who is in the organization, who is invited, and the teams and users that keys and budgets are of. */
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import { useMay } from "../../api/me.ts";
import type { MadeInvitation } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { Page } from "../../components/ui/page.tsx";
import { InvitationsCard } from "./invitations-card.tsx";
import { InviteDialog, InviteLinkDialog } from "./invite-dialog.tsx";
import { MembersCard } from "./members-card.tsx";
import { PartiesCard } from "./parties-card.tsx";
import { SecurityCard } from "./security-card.tsx";

export function TeamPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const search = useSearch({ from: "/$tenant/team" });
  const navigate = useNavigate();
  const mayInvite = useMay("members");
  const [made, setMade] = useState<MadeInvitation | null>(null);
  const inviting = (open: boolean): void => {
    void navigate({ to: "/$tenant/team", params: { tenant }, search: open ? { new: "1" } : {}, replace: true });
  };
  const invite = mayInvite && (
    <Button tone="primary" size="sm" onClick={() => inviting(true)}>
      <UserPlus aria-hidden className="size-4" />
      Invite
    </Button>
  );
  return (
    <Page title="Team" controls={invite}>
      <div className="flex flex-col gap-4">
        <MembersCard tenant={tenant} />
        {mayInvite && <InvitationsCard tenant={tenant} onMade={setMade} />}
        <div className="grid items-start gap-4 xl:grid-cols-2">
          <PartiesCard tenant={tenant} kind="teams" />
          <PartiesCard tenant={tenant} kind="users" />
        </div>
        <SecurityCard tenant={tenant} />
      </div>
      {mayInvite && search.new === "1" && (
        <InviteDialog tenant={tenant} onClose={() => inviting(false)} onMade={setMade} />
      )}
      <InviteLinkDialog made={made} onClose={() => setMade(null)} />
    </Page>
  );
}
