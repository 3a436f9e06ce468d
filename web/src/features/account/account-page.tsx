/** Who is signed in: their name, how they sign in, where they are signed in, and what they belong to. */
import { useQuery } from "@tanstack/react-query";
import { meQuery, useMembership } from "../../api/me.ts";
import { Page } from "../../components/ui/page.tsx";
import { Failed, SkeletonRows } from "../../components/ui/states.tsx";
import { DeleteSection } from "./delete-section.tsx";
import { EmailSection } from "./email-section.tsx";
import { OrganizationsSection } from "./organizations-section.tsx";
import { PasswordSection } from "./password-section.tsx";
import { ProfileSection } from "./profile-section.tsx";
import { SessionsSection } from "./sessions-section.tsx";
import { TwoFactorSection } from "./two-factor-section.tsx";

export function AccountPage() {
  const { data: me, isPending, isError, error, refetch } = useQuery(meQuery);
  const membership = useMembership();
  return (
    <Page title="Your account">
      <div className="flex max-w-4xl flex-col gap-4">
        {isPending && <SkeletonRows rows={4} />}
        {isError && !me && <Failed what="Your account" error={error} retry={() => void refetch()} />}
        {membership?.second_factor_needed && (
          <div role="alert" className="rounded-lg border border-warn/40 bg-warn-soft p-4 text-sm text-pretty text-ink">
            <p className="font-medium text-warn">{membership.name} asks for a second factor</p>
            <p className="mt-1">Turn yours on below. Until then you see nothing of {membership.name}.</p>
          </div>
        )}
        {me && (
          <>
            <ProfileSection name={me.user.name} />
            <EmailSection user={me.user} />
            <PasswordSection hasOne={me.user.sign_in.includes("password")} />
            <TwoFactorSection user={me.user} />
            <SessionsSection />
            <OrganizationsSection tenants={me.tenants} />
            <DeleteSection hasPassword={me.user.sign_in.includes("password")} />
          </>
        )}
      </div>
    </Page>
  );
}
