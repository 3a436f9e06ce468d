import { useQueryClient } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { meQuery } from "../../api/me.ts";
import { confirmEmail } from "../../api/session.ts";
import { Button, buttonStyle } from "../../components/ui/button.tsx";
import { AuthPage, FormError } from "./auth-page.tsx";
import { useSubmit } from "./use-submit.ts";

/** Where a confirmation's link leads. A click confirms, not the visit: mail programs visit links on their own. */
export function ConfirmEmailPage() {
  const { token = "" } = useSearch({ from: "/confirm-email" });
  const [email, setEmail] = useState<string | null>(null);
  const client = useQueryClient();
  const { busy, error, onSubmit } = useSubmit(async () => {
    setEmail((await confirmEmail(token)).email);
    await client.invalidateQueries({ queryKey: meQuery.queryKey });
  });
  if (email !== null) {
    return (
      <AuthPage title="Your email is confirmed">
        <p role="status" className="text-base text-pretty text-ink-2">
          You sign in with <span className="break-words text-ink">{email}</span>.
        </p>
        <Link to="/" className={buttonStyle({ tone: "primary" })}>
          Go to meterr
        </Link>
      </AuthPage>
    );
  }
  return (
    <AuthPage title="Confirm your email">
      <form onSubmit={onSubmit} className="flex flex-col gap-4">
        <FormError error={error} />
        <Button type="submit" tone="primary" busy={busy}>
          This is my email
        </Button>
      </form>
    </AuthPage>
  );
}
