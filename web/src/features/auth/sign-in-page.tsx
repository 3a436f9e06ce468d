import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError } from "../../api/client.ts";
import { signIn, signInOptionsQuery } from "../../api/session.ts";
import { Button } from "../../components/ui/button.tsx";
import { TextField } from "../../components/ui/field.tsx";
import { messageOf } from "../../components/ui/states.tsx";
import { AuthPage, FormError, Notice } from "./auth-page.tsx";
import { CodeForm } from "./code-form.tsx";
import { SocialButtons } from "./social-buttons.tsx";
import { useSubmit } from "./use-submit.ts";

/** Email and password, then a code where one is asked for; and why a link or a provider did not let somebody in. */
export function SignInPage() {
  const { error: linkError, next } = useSearch({ from: "/sign-in" });
  const { data: options } = useQuery(signInOptionsQuery);
  const [needsCode, setNeedsCode] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  const router = useRouter();
  const goOn = async (): Promise<void> => {
    client.clear();
    if (next) router.history.push(next);
    else await navigate({ to: "/" });
  };
  if (needsCode) {
    return (
      <AuthPage title="Enter your code" lead="Your authenticator app shows six digits for meterr.">
        <CodeForm onSignedIn={goOn} onStartOver={() => setNeedsCode(false)} />
      </AuthPage>
    );
  }
  return (
    <AuthPage title="Sign in to meterr">
      {linkError && <WhyNot reason={linkError} />}
      <SignInForm
        onSignedIn={goOn}
        onCodeNeeded={() => setNeedsCode(true)}
        canReset={options?.password_reset === true}
      />
      <SocialButtons next={next ?? "/app"} />
      {options?.sign_up && (
        <p className="text-sm text-ink-2">
          New here?{" "}
          <Link to="/sign-up" className="font-medium text-accent hover:underline">
            Create an account
          </Link>
        </p>
      )}
      {options && !options.sign_up && !linkError && (
        <p className="text-sm text-pretty text-ink-2">
          No account yet? Ask somebody of your organization to invite you. Who runs meterr finds a one-time sign-in link
          in the terminal each time it starts.
        </p>
      )}
    </AuthPage>
  );
}

/** The sign-in library's words for what a provider's answer was not enough for. */
const NOT_LINKED = new Set(["account_not_linked", "unable_to_link_account"]);
const NOT_INVITED = new Set(["unable_to_create_user", "signup_disabled"]);
const FROM_PROVIDER = /^(access_denied|state_|no_code|oauth|invalid_code|email_not_found|please_restart)/;

function WhyNot({ reason }: { reason: string }) {
  if (NOT_LINKED.has(reason)) {
    return (
      <Notice title="This email has an account already">
        Sign in with your password. Accounts are joined once your email is confirmed here and there.
      </Notice>
    );
  }
  if (NOT_INVITED.has(reason)) {
    return (
      <Notice title="Nobody has invited you yet">
        Ask somebody of your organization for an invitation to the email that you use there, which has to be confirmed
        there.
      </Notice>
    );
  }
  if (FROM_PROVIDER.test(reason)) {
    return <Notice title="Signing in was broken off">Try again, or sign in with your password.</Notice>;
  }
  return (
    <Notice title="This sign-in link does not work any more">
      Each link works once and for fifteen minutes. Start meterr again (
      <code className="font-mono text-xs">npm start</code>) and it prints a new one.
    </Notice>
  );
}

interface FormProps {
  onSignedIn: () => Promise<void>;
  onCodeNeeded: () => void;
  canReset: boolean;
}

function SignInForm({ onSignedIn, onCodeNeeded, canReset }: FormProps) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const { busy, error, onSubmit } = useSubmit(
    async () => {
      const { twoFactorRedirect } = await signIn(email.trim(), password);
      if (twoFactorRedirect) onCodeNeeded();
      else await onSignedIn();
    },
    (problem) =>
      problem instanceof ApiError && problem.status === 401 ? "Email and password do not match." : messageOf(problem),
  );
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      <TextField
        label="Email"
        type="email"
        autoComplete="username"
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <TextField
        label="Password"
        type="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        hint={
          canReset && (
            <Link to="/forgot-password" className="text-accent hover:underline">
              Forgot your password?
            </Link>
          )
        }
      />
      <FormError error={error} />
      <Button type="submit" tone="primary" busy={busy}>
        Sign in
      </Button>
    </form>
  );
}
