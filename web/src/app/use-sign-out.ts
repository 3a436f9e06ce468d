import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { signOut } from "../api/session.ts";
import { messageOf } from "../components/ui/states.tsx";
import { toast } from "../lib/toast.ts";

/** Ends the session and forgets all that it showed. */
export function useSignOut(): () => Promise<void> {
  const client = useQueryClient();
  const navigate = useNavigate();
  return async () => {
    try {
      await signOut();
    } catch (error) {
      toast(messageOf(error), "bad");
      return;
    }
    await navigate({ to: "/sign-in", search: {} });
    client.clear();
  };
}
