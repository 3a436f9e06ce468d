import { Empty } from "../components/ui/states.tsx";

/** Signed in, but a member of nothing. */
export function NoTenant() {
  return (
    <main className="flex min-h-dvh items-center justify-center">
      <Empty title="You are not in any organization yet">Ask an owner to add you, then load this page again.</Empty>
    </main>
  );
}
