import { useState } from "react";
import { useRemoveMember } from "../../api/team.ts";
import type { Member } from "../../api/types.ts";
import { Confirm } from "../../components/ui/dialog.tsx";
import { toast } from "../../lib/toast.ts";

/** Asks before somebody is removed, and whether their keys end with it. */
export function RemoveMember({ tenant, member, onClose }: { tenant: string; member: Member; onClose: () => void }) {
  const remove = useRemoveMember(tenant);
  const [revokeKeys, setRevokeKeys] = useState(true);
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Remove ${member.name}?`}
      action="Remove"
      onConfirm={async () => {
        await remove.mutateAsync({ id: member.id, revokeKeys });
        toast(`${member.name} is removed`);
      }}
    >
      <p>They see nothing of this organization any more, at once. What they spent stays on record.</p>
      <label className="mt-4 flex items-start gap-2.5 text-sm text-ink">
        <input
          type="checkbox"
          checked={revokeKeys}
          onChange={(event) => setRevokeKeys(event.target.checked)}
          className="mt-0.5 size-4 shrink-0 accent-accent-strong"
        />
        <span>
          Revoke the keys of <span className="font-medium break-words">{member.user}</span> too, and the management
          tokens that they made. An app that uses one stops working.
        </span>
      </label>
    </Confirm>
  );
}
