import { useState } from "react";
import { beginTwoFactor, disableTwoFactor, newBackupCodes } from "../../api/account.ts";
import type { Me } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { PasswordDialog } from "./password-dialog.tsx";
import { Section } from "./section.tsx";
import { BackupCodesDialog, TwoFactorDialog } from "./two-factor-dialog.tsx";
import { useAccountChange } from "./use-change.ts";

type Asking = "on" | "off" | "codes";

export function TwoFactorSection({ user }: { user: Me["user"] }) {
  const [asking, setAsking] = useState<Asking | null>(null);
  const [begun, setBegun] = useState<{ totpURI: string; backupCodes: string[] } | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const off = useAccountChange(disableTwoFactor, () => "Your second factor is off");
  const hasPassword = user.sign_in.includes("password");
  const done: Record<Asking, (password?: string) => Promise<unknown>> = {
    on: async (password) => setBegun(await beginTwoFactor(password)),
    off: (password) => off.mutateAsync(password),
    codes: async (password) => setCodes((await newBackupCodes(password)).backupCodes),
  };
  const state = user.two_factor ? <Badge tone="ok">On</Badge> : <Badge>Off</Badge>;
  return (
    <Section
      title="Second factor"
      aside={state}
      text="A code of an authenticator app, asked for after your password: who learns your password alone does not get in."
    >
      <div className="flex flex-wrap gap-2">
        {user.two_factor ? (
          <>
            <Button onClick={() => setAsking("codes")}>New backup codes</Button>
            <Button onClick={() => setAsking("off")}>Turn off</Button>
          </>
        ) : (
          <Button tone="primary" onClick={() => setAsking("on")}>
            Turn on
          </Button>
        )}
      </div>
      {asking && (
        <PasswordDialog
          {...QUESTIONS[asking]}
          hasPassword={hasPassword}
          onClose={() => setAsking(null)}
          onPassword={done[asking]}
        />
      )}
      {begun && <TwoFactorDialog begun={begun} onClose={() => setBegun(null)} />}
      {codes && <BackupCodesDialog codes={codes} onClose={() => setCodes(null)} />}
    </Section>
  );
}

const QUESTIONS: Record<Asking, { title: string; text: string; action: string }> = {
  on: { title: "Turn on your second factor", text: "Have your authenticator app at hand.", action: "Continue" },
  off: {
    title: "Turn off your second factor?",
    text: "Your password alone lets you in then. Your backup codes work no more.",
    action: "Turn off",
  },
  codes: { title: "Make new backup codes?", text: "The present ones work no more.", action: "Make new codes" },
};
