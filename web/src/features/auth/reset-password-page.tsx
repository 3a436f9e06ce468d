import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError } from "../../api/client.ts";
import { requestPasswordReset, resetPassword } from "../../api/session.ts";
import { Button, buttonStyle } from "../../components/ui/button.tsx";
import { TextField } from "../../components/ui/field.tsx";
import { messageOf } from "../../components/ui/states.tsx";
import { AuthPage, FormError, Notice } from "./auth-page.tsx";
import { NewPasswordField } from "./new-password-field.tsx";
import { useSubmit } from "./use-submit.ts";

/** Asks for a link. The answer is the same whether there is such a person or not. */
export function ForgotPasswordPage() {
  const [email, setEmail] = useState("");
  const [isSent, setIsSent] = useState(false);
  const { busy, error, onSubmit } = useSubmit(async () => {
    await requestPasswordReset(email.trim());
    setIsSent(true);
  });
  if (isSent) {
    return (
      <AuthPage title="Look into your mailbox">
        <p role="status" className="text-base text-pretty text-ink-2">
          If there is an account of <span className="break-words text-ink">{email.trim()}</span>, a link is on its way.
          It works for an hour.
        </p>
        <BackToSignIn />
      </AuthPage>
    );
  }
  return (
    <AuthPage title="Forgot your password?" lead="You get a link by which you set a new one.">
      <form onSubmit={onSubmit} className="flex flex-col gap-4">
        <TextField
          label="Email"
          type="email"
          autoComplete="username"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <FormError error={error} />
        <Button type="submit" tone="primary" busy={busy}>
          Send the link
        </Button>
      </form>
      <BackToSignIn />
    </AuthPage>
  );
}

/** Where the link leads. */
export function ResetPasswordPage() {
  const { token = "" } = useSearch({ from: "/reset-password" });
  const [password, setPassword] = useState("");
  const [isDone, setIsDone] = useState(false);
  const { busy, error, onSubmit } = useSubmit(
    async () => {
      await resetPassword(token, password);
      setIsDone(true);
    },
    (problem) =>
      problem instanceof ApiError && problem.code === "INVALID_TOKEN"
        ? "This link was used, or has expired. Have another one sent."
        : messageOf(problem),
  );
  if (isDone) {
    return (
      <AuthPage title="Your password is set">
        <p role="status" className="text-base text-pretty text-ink-2">
          You were signed out everywhere. Sign in with your new password.
        </p>
        <BackToSignIn />
      </AuthPage>
    );
  }
  return (
    <AuthPage title="Set a new password">
      {token === "" ? (
        <Notice title="This link is not whole">Open it again from where you got it.</Notice>
      ) : (
        <form onSubmit={onSubmit} className="flex flex-col gap-4">
          <NewPasswordField label="New password" value={password} onChange={setPassword} />
          <FormError error={error} />
          <Button type="submit" tone="primary" busy={busy}>
            Set password
          </Button>
        </form>
      )}
      <BackToSignIn />
    </AuthPage>
  );
}

const BackToSignIn = () => (
  <Link to="/sign-in" className={buttonStyle({ tone: "plain" })}>
    Go to sign-in
  </Link>
);
