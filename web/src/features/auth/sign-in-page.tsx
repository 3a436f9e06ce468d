import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { ApiError } from "../../api/client.ts";
import { signIn } from "../../api/session.ts";
import { Button } from "../../components/ui/button.tsx";
import { TextField } from "../../components/ui/field.tsx";
import { Logo } from "../../components/ui/logo.tsx";
import { messageOf } from "../../components/ui/states.tsx";

/** Email and password; and, where a one-time link brought someone here, why it did not work. */
export function SignInPage() {
  const { error: linkError, next } = useSearch({ from: "/sign-in" });
  useEffect(() => {
    document.title = "Sign in · meterr";
  }, []);
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center gap-6 px-5 py-10">
      <div className="flex flex-col gap-4">
        <Logo className="size-9" />
        <h1 className="text-2xl font-semibold tracking-tight">Sign in to meterr</h1>
      </div>
      {linkError && <LinkFailed />}
      <SignInForm next={next} />
      {!linkError && (
        <p className="text-sm text-pretty text-ink-2">
          First time here, or no password yet? The terminal that runs meterr prints a one-time sign-in link each time it
          starts.
        </p>
      )}
    </main>
  );
}

function LinkFailed() {
  return (
    <div role="alert" className="rounded-lg border border-warn/40 bg-warn-soft p-4 text-sm text-ink">
      <p className="font-medium text-warn">This sign-in link does not work any more</p>
      <p className="mt-1 text-pretty">
        Each link works once and for fifteen minutes. Start meterr again (
        <code className="font-mono text-xs">npm start</code>) and it prints a new one.
      </p>
    </div>
  );
}

function SignInForm({ next }: { next?: string }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const client = useQueryClient();
  const navigate = useNavigate();
  const router = useRouter();

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await signIn(email.trim(), password);
      client.clear();
      if (next) router.history.push(next);
      else await navigate({ to: "/" });
    } catch (problem) {
      setBusy(false);
      setError(
        problem instanceof ApiError && problem.status === 401 ? "Email and password do not match." : messageOf(problem),
      );
    }
  };

  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
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
      />
      {error && (
        <p role="alert" className="text-sm text-bad">
          {error}
        </p>
      )}
      <Button type="submit" tone="primary" busy={busy}>
        Sign in
      </Button>
    </form>
  );
}
