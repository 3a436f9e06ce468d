import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { meQuery } from "../../api/me.ts";
import { signInOptionsQuery } from "../../api/session.ts";
import { leave } from "../../api/team.ts";
import type { Me } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { Button, buttonStyle } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Confirm } from "../../components/ui/dialog.tsx";
import { toast } from "../../lib/toast.ts";

type Tenant = Me["tenants"][number];

/** What the person belongs to; they may leave, and make another where this instance is open for that. */
export function OrganizationsSection({ tenants }: { tenants: readonly Tenant[] }) {
  const { data: options } = useQuery(signInOptionsQuery);
  const [leaving, setLeaving] = useState<Tenant | null>(null);
  const client = useQueryClient();
  const navigate = useNavigate();
  return (
    <Card
      title="Organizations"
      aside={
        options?.sign_up && (
          <Link to="/new-organization" className={buttonStyle({ size: "sm" })}>
            New organization
          </Link>
        )
      }
    >
      <ul className="mt-1 divide-y border-t">
        {tenants.map((tenant) => (
          <li key={tenant.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3">
            <span className="flex min-w-0 flex-1 items-center gap-2">
              <Link to="/$tenant" params={{ tenant: tenant.id }} className="truncate font-medium hover:underline">
                {tenant.name}
              </Link>
              <Badge>{tenant.role}</Badge>
            </span>
            <Button size="sm" tone="quiet" aria-label={`Leave ${tenant.name}`} onClick={() => setLeaving(tenant)}>
              Leave
            </Button>
          </li>
        ))}
      </ul>
      <Confirm
        open={leaving !== null}
        onClose={() => setLeaving(null)}
        title={`Leave ${leaving?.name}?`}
        action="Leave"
        onConfirm={async () => {
          if (!leaving) return;
          await leave(leaving.id);
          toast(`You have left ${leaving.name}`);
          await client.fetchQuery({ ...meQuery, staleTime: 0 });
          await navigate({ to: "/" });
        }}
      >
        You see nothing of it any more, at once. Your keys go on until somebody revokes them. Only an invitation brings
        you back.
      </Confirm>
    </Card>
  );
}
