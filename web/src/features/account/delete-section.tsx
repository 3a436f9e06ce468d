import { useState } from "react";
import { deleteAccount } from "../../api/account.ts";
import { Button } from "../../components/ui/button.tsx";
import { PasswordDialog } from "./password-dialog.tsx";
import { Section } from "./section.tsx";

/** The end of the account, for who means it. */
export function DeleteSection({ hasPassword }: { hasPassword: boolean }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Section
      title="Delete your account"
      text="You leave every organization and are signed out everywhere. Your keys go on until somebody revokes them; what you used stays in the records."
    >
      <div>
        <Button tone="danger" size="sm" onClick={() => setIsOpen(true)}>
          Delete account…
        </Button>
      </div>
      {isOpen && (
        <PasswordDialog
          title="Delete your account?"
          text="This cannot be undone. Only an invitation brings you back."
          action="Delete account"
          hasPassword={hasPassword}
          onClose={() => setIsOpen(false)}
          onPassword={async (password) => {
            await deleteAccount(password);
            // Nothing of what was shown stays in the page.
            location.assign("/app/sign-in");
          }}
        />
      )}
    </Section>
  );
}
