/** What stands in for a page: while it loads, when it broke, when there is none. */
import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { buttonStyle } from "../components/ui/button.tsx";
import { Empty, Failed, Skeleton } from "../components/ui/states.tsx";

export function PageLoading() {
  return (
    <div role="status" aria-label="Loading" className="flex flex-1 flex-col">
      <div className="flex h-14 items-center border-b px-4 sm:px-6">
        <Skeleton className="h-5 w-32" />
      </div>
      <div className="grid gap-4 p-4 sm:grid-cols-2 sm:px-6 xl:grid-cols-4">
        {["a", "b", "c", "d"].map((name) => (
          <Skeleton key={name} className="h-28 rounded-lg" />
        ))}
      </div>
    </div>
  );
}

export function PageCrashed({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const retry = async (): Promise<void> => {
    await router.invalidate();
    reset();
  };
  return (
    <main id="main" tabIndex={-1} className="flex min-h-[60dvh] flex-1 items-center justify-center outline-none">
      <h1 className="sr-only">Something went wrong</h1>
      <Failed what="This page" error={error} retry={retry} />
    </main>
  );
}

export function PageNotFound() {
  useEffect(() => {
    document.title = "Not found · meterr";
  }, []);
  return (
    <main id="main" tabIndex={-1} className="flex min-h-[60dvh] flex-1 items-center justify-center outline-none">
      <h1 className="sr-only">Not found</h1>
      <Empty
        title="There is no such page"
        action={
          <Link to="/" className={buttonStyle({ tone: "plain" })}>
            Go to the overview
          </Link>
        }
      >
        The address may be mistyped, or what it showed was removed.
      </Empty>
    </main>
  );
}
