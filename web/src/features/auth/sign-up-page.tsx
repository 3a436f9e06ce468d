import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { createOrganization, signInOptionsQuery, signUp } from "../../api/session.ts";
import { Button } from "../../components/ui/button.tsx";
import { TextField } from "../../components/ui/field.tsx";
import { AuthPage, FormError, Notice } from "./auth-page.tsx";
import { NewPasswordField } from "./new-password-field.tsx";
import { SocialButtons } from "./social-buttons.tsx";
import { useSubmit } from "./use-submit.ts";

/** An account and an organization in one step, where the operator lets people make them. */
export function SignUpPage() {
  const { data: options } = useQuery(signInOptionsQuery);
  return (
    <AuthPage
      title="Create your account"
      lead={options?.sign_up ? "An organization of your own, in a minute." : undefined}
    >
      {options && !options.sign_up ? (
        <Notice title="This meterr takes no new accounts">
          Ask somebody of your organization to invite you, or its operator to open it.
        </Notice>
      ) : (
        <>
          <SignUpForm />
          <SocialButtons next="/app" />
        </>
      )}
      <p className="text-sm text-ink-2">
        You have an account?{" "}
        <Link to="/sign-in" className="font-medium text-accent hover:underline">
          Sign in
        </Link>
      </p>
    </AuthPage>
  );
}

function SignUpForm() {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [organization, setOrganization] = useState("");
  const client = useQueryClient();
  const navigate = useNavigate();
  const { busy, error, onSubmit } = useSubmit(async () => {
    await signUp({ name: name.trim(), email: email.trim(), password });
    client.clear();
    const made = await createOrganization(organization.trim());
    await navigate({ to: "/$tenant", params: { tenant: made.id } });
  });
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      <TextField
        label="Your name"
        autoComplete="name"
        required
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <TextField
        label="Email"
        type="email"
        autoComplete="username"
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <NewPasswordField value={password} onChange={setPassword} />
      <TextField
        label="Organization"
        autoComplete="organization"
        required
        maxLength={200}
        hint="Your company, your team, or your own name."
        value={organization}
        onChange={(event) => setOrganization(event.target.value)}
      />
      <FormError error={error} />
      <Button type="submit" tone="primary" busy={busy}>
        Create account
      </Button>
    </form>
  );
}
