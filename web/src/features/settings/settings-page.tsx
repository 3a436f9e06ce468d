/** The organization itself: its name and retention, its management tokens, its configuration as code, its end. */
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "../../api/me.ts";
import { Page } from "../../components/ui/page.tsx";
import { type Secret, SecretDialog } from "../../components/ui/secret-dialog.tsx";
import { ConfigCard } from "./config-card.tsx";
import { DangerCard } from "./danger-card.tsx";
import { GeneralCard } from "./general-card.tsx";
import { TokenDialog } from "./token-dialog.tsx";
import { TokensCard } from "./tokens-card.tsx";

export function SettingsPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const search = useSearch({ from: "/$tenant/settings" });
  const navigate = useNavigate();
  const mayMake = useMay("tokens");
  const [secret, setSecret] = useState<Secret | null>(null);
  const making = (open: boolean): void => {
    void navigate({ to: "/$tenant/settings", params: { tenant }, search: open ? { new: "1" } : {}, replace: true });
  };
  return (
    <Page title="Settings">
      <div className="flex max-w-4xl flex-col gap-4">
        <GeneralCard key={tenant} tenant={tenant} />
        <TokensCard tenant={tenant} onMake={mayMake ? () => making(true) : null} />
        <ConfigCard tenant={tenant} />
        <DangerCard tenant={tenant} />
      </div>
      {mayMake && search.new === "1" && (
        <TokenDialog tenant={tenant} onClose={() => making(false)} onSecret={setSecret} />
      )}
      <SecretDialog secret={secret} onClose={() => setSecret(null)} />
    </Page>
  );
}
