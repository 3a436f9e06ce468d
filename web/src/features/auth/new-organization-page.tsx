import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { meQuery } from "../../api/me.ts";
import { createOrganization, signInOptionsQuery, signOut } from "../../api/session.ts";
import { Button } from "../../components/ui/button.tsx";
import { TextField } from "../../components/ui/field.tsx";
import { AuthPage, FormError } from "./auth-page.tsx";
import { useSubmit } from "./use-submit.ts";

/** A first or another organization; where people may not make one, what to do instead. */
export function NewOrganizationPage() {
  const { data: me } = useQuery(meQuery);
  const { data: options } = useQuery(signInOptionsQuery);
  const isFirst = me?.tenants.length === 0;
  const client = useQueryClient();
  const navigate = useNavigate();
  const out = useSubmit(async () => {
    await signOut();
    await navigate({ to: "/sign-in", search: {} });
    client.clear();
  });
  return (
    <AuthPage
      title={options?.sign_up === false && isFirst ? "You are not in any organization yet" : "New organization"}
    >
      {options?.sign_up === false ? (
        <p className="text-base text-pretty text-ink-2">
          Ask somebody of your organization to invite {me?.user.email}. New organizations are made by who runs this
          meterr.
        </p>
      ) : (
        <OrganizationForm />
      )}
      {isFirst ? (
        <form onSubmit={out.onSubmit}>
          <Button type="submit" tone="quiet" size="sm" className="-ml-2.5" busy={out.busy}>
            Sign out
          </Button>
        </form>
      ) : (
        <Button tone="quiet" size="sm" className="-ml-2.5 self-start" onClick={() => navigate({ to: "/" })}>
          Back
        </Button>
      )}
    </AuthPage>
  );
}

function OrganizationForm() {
  const [name, setName] = useState("");
  const client = useQueryClient();
  const navigate = useNavigate();
  const { busy, error, onSubmit } = useSubmit(async () => {
    const { id } = await createOrganization(name.trim());
    await client.fetchQuery({ ...meQuery, staleTime: 0 });
    await navigate({ to: "/$tenant", params: { tenant: id } });
  });
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      <TextField
        label="Name"
        autoComplete="organization"
        required
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <FormError error={error} />
      <Button type="submit" tone="primary" busy={busy}>
        Create organization
      </Button>
    </form>
  );
}
