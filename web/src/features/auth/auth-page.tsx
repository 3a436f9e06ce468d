/** The frame of the pages that need no session: one column, one thing to do. */
import { type ReactNode, useEffect } from "react";
import { Logo } from "../../components/ui/logo.tsx";

export function AuthPage({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · meterr`;
  }, [title]);
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center gap-6 px-5 py-10">
      <div className="flex flex-col gap-4">
        <Logo className="size-9" />
        <h1 className="text-2xl font-semibold tracking-tight text-balance">{title}</h1>
        {lead && <div className="text-base text-pretty text-ink-2">{lead}</div>}
      </div>
      {children}
    </main>
  );
}

/** Why something did not go on, and what to do. */
export function Notice({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div role="alert" className="rounded-lg border border-warn/40 bg-warn-soft p-4 text-sm text-ink">
      <p className="font-medium text-warn">{title}</p>
      <div className="mt-1 text-pretty">{children}</div>
    </div>
  );
}

/** What went wrong with the form above it. */
export function FormError({ error }: { error: string | null }) {
  if (error === null) return null;
  return (
    <p role="alert" className="text-sm text-bad">
      {error}
    </p>
  );
}
