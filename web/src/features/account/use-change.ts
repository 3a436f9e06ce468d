import { useMutation, useQueryClient } from "@tanstack/react-query";
import { meQuery } from "../../api/me.ts";
import { toast } from "../../lib/toast.ts";

/** A change of the account: who is signed in is read anew after it, and `done` says so. */
export function useAccountChange<In, Out>(change: (input: In) => Promise<Out>, done: (out: Out) => string | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async (out) => {
      const line = done(out);
      if (line !== null) toast(line);
      await client.invalidateQueries({ queryKey: meQuery.queryKey });
    },
  });
}
