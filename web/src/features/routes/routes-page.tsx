/** The named models of a tenant: where each sends its requests. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ChevronRight, Plus, Split } from "lucide-react";
import { useMay } from "../../api/me.ts";
import { routesQuery } from "../../api/routes.ts";
import type { Route } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Empty, Failed, SkeletonRows } from "../../components/ui/states.tsx";
import { formatRelative, formatUtc } from "../../lib/format.ts";
import { RouteDialog } from "./route-dialog.tsx";
import { modelsIn } from "./words.ts";

export function RoutesPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const search = useSearch({ from: "/$tenant/routes" });
  const navigate = useNavigate();
  const routes = useQuery(routesQuery(tenant));
  const mayChange = useMay("routes");
  const creating = (open: boolean): void => {
    void navigate({ to: "/$tenant/routes", params: { tenant }, search: open ? { new: "1" } : {}, replace: true });
  };
  const create = mayChange && (
    <Button tone="primary" size="sm" onClick={() => creating(true)}>
      <Plus aria-hidden className="size-4" />
      Create route
    </Button>
  );
  return (
    <Page title="Routes" controls={create}>
      <Card className="overflow-hidden">
        {routes.isPending && <SkeletonRows rows={3} className="h-16" />}
        {routes.isError && !routes.data && (
          <Failed what="Routes" error={routes.error} retry={() => void routes.refetch()} />
        )}
        {routes.data?.length === 0 && (
          <Empty icon={<Split aria-hidden className="size-6" />} title="No route yet" action={create}>
            A route is a model's name of your own: clients ask for it, and it goes to the first of its targets that
            answers, in whatever dialect they speak.
          </Empty>
        )}
        <ul className="divide-y empty:hidden">
          {routes.data?.map((route) => (
            <RouteRow key={route.name} tenant={tenant} route={route} />
          ))}
        </ul>
      </Card>
      <RouteDialog
        tenant={tenant}
        route={null}
        open={mayChange && search.new === "1"}
        onClose={() => creating(false)}
        onSaved={(name) => void navigate({ to: "/$tenant/routes/$name", params: { tenant, name } })}
      />
    </Page>
  );
}

function RouteRow({ tenant, route }: { tenant: string; route: Route }) {
  const models = modelsIn(route.targets);
  return (
    <li>
      <Link
        to="/$tenant/routes/$name"
        params={{ tenant, name: route.name }}
        className="flex items-center gap-4 px-4 py-3 hover:bg-hover focus-visible:outline-offset-[-2px] sm:px-5"
      >
        <span className="flex min-w-0 flex-1 flex-col gap-1">
          <span className="flex flex-wrap items-center gap-2">
            <span className="font-medium break-all">{route.name}</span>
            <Badge tone="accent">{route.strategy}</Badge>
            {route.after_first_byte === "verified" && <Badge>verified</Badge>}
          </span>
          <span className="truncate font-mono text-xs text-ink-2" title={models.join(", ")}>
            {models.join(", ")}
          </span>
        </span>
        <span className="figures hidden text-right text-xs text-ink-3 sm:block" title={formatUtc(route.changed_at)}>
          version {route.version}
          <br />
          {formatRelative(route.changed_at)}
        </span>
        <ChevronRight aria-hidden className="size-4 shrink-0 text-ink-3" />
      </Link>
    </li>
  );
}
