import { useQuery } from "@tanstack/react-query";
import { UserMinus } from "lucide-react";
import { useState } from "react";
import { meQuery, useMay, useMembership } from "../../api/me.ts";
import { membersQuery, ROLES, useChangeRole } from "../../api/team.ts";
import type { Member, Role } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Select } from "../../components/ui/field.tsx";
import { Failed, messageOf, SkeletonRows } from "../../components/ui/states.tsx";
import { formatRelative, formatUtc } from "../../lib/format.ts";
import { toast } from "../../lib/toast.ts";
import { RemoveMember } from "./remove-member.tsx";
import { ROLE_WORDS } from "./roles.ts";

export function MembersCard({ tenant }: { tenant: string }) {
  const members = useQuery(membersQuery(tenant));
  const [removing, setRemoving] = useState<Member | null>(null);
  return (
    <Card title="Members" className="overflow-hidden">
      {members.isPending && <SkeletonRows rows={3} className="h-16" />}
      {members.isError && !members.data && (
        <Failed what="Members" error={members.error} retry={() => void members.refetch()} />
      )}
      <ul className="mt-1 divide-y border-t empty:hidden">
        {members.data?.map((member) => (
          <MemberRow key={member.id} tenant={tenant} member={member} onRemove={() => setRemoving(member)} />
        ))}
      </ul>
      {removing && <RemoveMember tenant={tenant} member={removing} onClose={() => setRemoving(null)} />}
    </Card>
  );
}

/** Whether somebody who is `own` may change somebody who is, or becomes, `other`; the API decides alike. */
const isWithin = (own: Role | undefined, other: Role): boolean =>
  own !== undefined && ROLES.indexOf(own) <= ROLES.indexOf(other);

function MemberRow({ tenant, member, onRemove }: { tenant: string; member: Member; onRemove: () => void }) {
  const { data: me } = useQuery(meQuery);
  const own = useMembership()?.role;
  const mayChange = useMay("members") && isWithin(own, member.role);
  const isMe = me?.user.id === member.id;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="flex min-w-0 flex-1 basis-56 flex-col">
        <span className="flex flex-wrap items-center gap-2">
          <span className="truncate font-medium">{member.name}</span>
          {isMe && <Badge tone="accent">You</Badge>}
          {member.two_factor && <Badge tone="ok">2FA</Badge>}
        </span>
        <span className="truncate text-xs text-ink-2">
          {member.email}
          {member.user !== member.email && ` · keys of ${member.user}`}
        </span>
      </div>
      <span className="hidden w-36 text-right text-xs text-ink-3 md:block">
        {member.last_seen_at ? (
          <span title={formatUtc(member.last_seen_at)}>seen {formatRelative(member.last_seen_at)}</span>
        ) : (
          "not signed in"
        )}
      </span>
      {mayChange ? (
        <RoleSelect tenant={tenant} member={member} own={own} />
      ) : (
        <span className="w-36 text-sm text-ink-2" title={ROLE_WORDS[member.role]}>
          {member.role}
        </span>
      )}
      {mayChange && (
        <Button tone="quiet" size="icon" aria-label={`Remove ${member.name}`} title="Remove" onClick={onRemove}>
          <UserMinus aria-hidden className="size-4" />
        </Button>
      )}
    </li>
  );
}

function RoleSelect({ tenant, member, own }: { tenant: string; member: Member; own: Role | undefined }) {
  const change = useChangeRole(tenant);
  return (
    <span className="w-36">
      <Select
        aria-label={`Role of ${member.name}`}
        className="h-8 text-sm"
        value={change.isPending ? change.variables.role : member.role}
        disabled={change.isPending}
        onChange={(event) =>
          change.mutate(
            { id: member.id, role: event.target.value as Role },
            {
              onSuccess: () => toast(`${member.name} is ${event.target.value} now`),
              onError: (error) => toast(messageOf(error), "bad"),
            },
          )
        }
      >
        {ROLES.filter((role) => isWithin(own, role)).map((role) => (
          <option key={role} value={role} title={ROLE_WORDS[role]}>
            {role}
          </option>
        ))}
      </Select>
    </span>
  );
}
