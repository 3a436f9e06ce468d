/** The people of a tenant, who is invited, and the teams and users that keys and budgets are of. */
import { queryOptions } from "@tanstack/react-query";
import { apiDelete, apiGet, apiGetAll, apiPatch, apiPost, apiPut } from "./client.ts";
import type { Invitation, MadeInvitation, Member, Party, Role } from "./types.ts";
import { useChange } from "./use-change.ts";

export const ROLES: readonly Role[] = ["owner", "admin", "developer", "billing", "viewer"];

export type PartyKind = "teams" | "users";

const path = (tenant: string, rest: string): string => `/api/v1/tenants/${tenant}/${rest}`;

export const membersQuery = (tenant: string) =>
  queryOptions({
    queryKey: ["members", tenant],
    queryFn: ({ signal }) => apiGetAll<Member>(path(tenant, "members"), signal),
  });

export const invitationsQuery = (tenant: string) =>
  queryOptions({
    queryKey: ["invitations", tenant],
    queryFn: ({ signal }) => apiGetAll<Invitation>(path(tenant, "invitations"), signal),
  });

export const partiesQuery = (tenant: string, kind: PartyKind) =>
  queryOptions({
    queryKey: [kind, tenant],
    queryFn: ({ signal }) => apiGetAll<Party>(path(tenant, kind), signal),
  });

export const securityQuery = (tenant: string) =>
  queryOptions({
    queryKey: ["security", tenant],
    queryFn: ({ signal }) => apiGet<{ require_two_factor: boolean }>(path(tenant, "security"), {}, signal),
  });

export const useInvite = (tenant: string) =>
  useChange(tenant, ["invitations"], (input: { email: string; role: Role }) =>
    apiPost<MadeInvitation>(path(tenant, "invitations"), input),
  );

export const useResendInvitation = (tenant: string) =>
  useChange(tenant, ["invitations"], (id: string) => apiPost<MadeInvitation>(path(tenant, `invitations/${id}/resend`)));

export const useCancelInvitation = (tenant: string) =>
  useChange(tenant, ["invitations"], (id: string) => apiDelete(path(tenant, `invitations/${id}`)));

export const useChangeRole = (tenant: string) =>
  useChange(tenant, ["members"], ({ id, role }: { id: string; role: Role }) =>
    apiPatch(path(tenant, `members/${id}`), { role }),
  );

export const useRemoveMember = (tenant: string) =>
  useChange(tenant, ["members", "keys"], ({ id, revokeKeys }: { id: string; revokeKeys: boolean }) =>
    apiDelete(path(tenant, `members/${id}${revokeKeys ? "?revoke_keys=1" : ""}`)),
  );

export const leave = (tenant: string): Promise<unknown> => apiPost(path(tenant, "leave"));

export const useCreateParty = (tenant: string, kind: PartyKind) =>
  useChange(tenant, [kind], (input: { id?: string; name: string }) => apiPost<Party>(path(tenant, kind), input));

export const useRenameParty = (tenant: string, kind: PartyKind) =>
  useChange(tenant, [kind], ({ id, name }: { id: string; name: string }) =>
    apiPatch(path(tenant, `${kind}/${encodeURIComponent(id)}`), { name }),
  );

export const useRemoveParty = (tenant: string, kind: PartyKind) =>
  useChange(tenant, [kind], (id: string) => apiDelete(path(tenant, `${kind}/${encodeURIComponent(id)}`)));

export const useSetSecurity = (tenant: string) =>
  useChange(tenant, ["security"], (input: { require_two_factor: boolean }) => apiPut(path(tenant, "security"), input));
