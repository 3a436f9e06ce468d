import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { SeenInvitation } from "../../../../worker/control/account-shapes.ts";
import { meQuery } from "../../api/me.ts";
import { acceptInvitation, invitationQuery, signOut } from "../../api/session.ts";
import { Button, buttonStyle } from "../../components/ui/button.tsx";
import { TextField } from "../../components/ui/field.tsx";
import { messageOf, Skeleton } from "../../components/ui/states.tsx";
import { AuthPage, FormError, Notice } from "./auth-page.tsx";
import { NewPasswordField } from "./new-password-field.tsx";
import { SocialButtons } from "./social-buttons.tsx";
import { useSubmit } from "./use-submit.ts";

/** Where an invitation's link leads: joins as who is signed in, or as somebody new. */
export function InvitationPage() {
  const { token = "" } = useSearch({ from: "/invitation" });
  const { data: seen, error, isPending } = useQuery(invitationQuery(token));
  if (isPending) {
    return (
      <AuthPage title="Your invitation">
        <div role="status" aria-label="Loading" className="flex flex-col gap-3">
          <Skeleton className="h-9" />
          <Skeleton className="h-9" />
        </div>
      </AuthPage>
    );
  }
  if (!seen) {
    return (
      <AuthPage title="Your invitation">
        <Notice title="This invitation cannot be accepted">{messageOf(error)}</Notice>
        <Link to="/" className={buttonStyle({ tone: "plain" })}>
          Go to meterr
        </Link>
      </AuthPage>
    );
  }
  const lead = (
    <>
      You are invited as <strong className="font-medium text-ink">{seen.role}</strong>, with the email{" "}
      <strong className="font-medium break-words text-ink">{seen.email}</strong>.
    </>
  );
  return (
    <AuthPage title={`Join ${seen.organization}`} lead={lead}>
      <HowToJoin token={token} seen={seen} />
    </AuthPage>
  );
}

function HowToJoin({ token, seen }: { token: string; seen: SeenInvitation }) {
  if (seen.signed_in_as === seen.email) return <Join token={token} />;
  if (seen.signed_in_as !== null) return <NotYou email={seen.signed_in_as} token={token} />;
  if (!seen.has_account) return <JoinAsNew token={token} />;
  return (
    <Link
      to="/sign-in"
      search={{ next: `/app/invitation?token=${token}` }}
      className={buttonStyle({ tone: "primary", size: "md" })}
    >
      Sign in to join
    </Link>
  );
}

/** Accepts, and goes to what has been joined. */
function useAccept(given: { token: string; name?: string; password?: string }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useSubmit(async () => {
    const { tenant } = await acceptInvitation(given);
    client.clear();
    await navigate({ to: "/$tenant", params: { tenant } });
  });
}

function Join({ token }: { token: string }): ReactNode {
  const { busy, error, onSubmit } = useAccept({ token });
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      <FormError error={error} />
      <Button type="submit" tone="primary" busy={busy}>
        Join
      </Button>
    </form>
  );
}

function JoinAsNew({ token }: { token: string }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const { busy, error, onSubmit } = useAccept({ token, name: name.trim(), password });
  return (
    <>
      <form onSubmit={onSubmit} className="flex flex-col gap-4">
        <TextField
          label="Your name"
          autoComplete="name"
          required
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <NewPasswordField label="Choose a password" value={password} onChange={setPassword} />
        <FormError error={error} />
        <Button type="submit" tone="primary" busy={busy}>
          Join
        </Button>
      </form>
      <SocialButtons next={`/app/invitation?token=${token}`} />
    </>
  );
}

function NotYou({ email, token }: { email: string; token: string }) {
  const client = useQueryClient();
  const { busy, error, onSubmit } = useSubmit(async () => {
    await signOut();
    client.removeQueries({ queryKey: meQuery.queryKey });
    await client.resetQueries(invitationQuery(token));
  });
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      <Notice title={`You are signed in as ${email}`}>
        This invitation is for another email. Sign out to accept it.
      </Notice>
      <FormError error={error} />
      <Button type="submit" busy={busy}>
        Sign out
      </Button>
    </form>
  );
}
