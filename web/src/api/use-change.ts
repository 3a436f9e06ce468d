import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";

/** A change of a tenant's: the lists `keys` are read anew after it. */
export function useChange<In, Out>(
  tenant: string,
  keys: readonly string[],
  change: (input: In) => Promise<Out>,
): UseMutationResult<Out, Error, In> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: () => Promise.all(keys.map((key) => client.invalidateQueries({ queryKey: [key, tenant] }))),
  });
}
