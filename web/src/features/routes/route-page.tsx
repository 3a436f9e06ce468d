/** One route: the tree of its targets, a dry run, and what it was before. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { ArrowLeft, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { useMay } from "../../api/me.ts";
import { routesQuery, useDeleteRoute } from "../../api/routes.ts";
import type { Route } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Confirm } from "../../components/ui/dialog.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Empty, Failed, SkeletonRows } from "../../components/ui/states.tsx";
import { Tabs } from "../../components/ui/tabs.tsx";
import { formatDuration } from "../../lib/format.ts";
import { toast } from "../../lib/toast.ts";
import { DryRun } from "./dry-run.tsx";
import { RouteDialog } from "./route-dialog.tsx";
import { TargetTree } from "./target-tree.tsx";
import { Versions } from "./versions.tsx";

export function RoutePage() {
  const { tenant, name } = useParams({ from: "/$tenant/routes/$name" });
  const navigate = useNavigate();
  const routes = useQuery(routesQuery(tenant));
  const remove = useDeleteRoute(tenant);
  const [isEditing, setEditing] = useState(false);
  const [isDeleting, setDeleting] = useState(false);
  const mayChange = useMay("routes");
  const route = routes.data?.find((each) => each.name === name);
  const controls = (
    <>
      <Link
        to="/$tenant/routes"
        params={{ tenant }}
        className="flex h-8 items-center gap-1.5 rounded-md px-2 text-sm text-ink-2 hover:bg-hover hover:text-ink"
      >
        <ArrowLeft aria-hidden className="size-4" />
        All routes
      </Link>
      {route && mayChange && (
        <>
          <Button size="sm" onClick={() => setEditing(true)}>
            <Pencil aria-hidden className="size-3.5" />
            Edit
          </Button>
          <Button size="sm" onClick={() => setDeleting(true)}>
            <Trash2 aria-hidden className="size-3.5" />
            Delete
          </Button>
        </>
      )}
    </>
  );
  return (
    <Page title={name} controls={controls}>
      {routes.isPending && (
        <Card>
          <SkeletonRows rows={5} />
        </Card>
      )}
      {routes.isError && !routes.data && (
        <Card>
          <Failed what="The route" error={routes.error} retry={() => void routes.refetch()} />
        </Card>
      )}
      {routes.data && !route && (
        <Card>
          <Empty title={`There is no route ${name}`}>It may have been deleted, or has another name.</Empty>
        </Card>
      )}
      {route && <RouteView tenant={tenant} route={route} mayChange={mayChange} />}
      <RouteDialog
        tenant={tenant}
        route={route ?? null}
        open={isEditing && !!route}
        onClose={() => setEditing(false)}
      />
      <Confirm
        open={isDeleting}
        onClose={() => setDeleting(false)}
        title={`Delete ${name}?`}
        action="Delete route"
        onConfirm={async () => {
          await remove.mutateAsync(name);
          toast(`${name} is deleted`);
          void navigate({ to: "/$tenant/routes", params: { tenant } });
        }}
      >
        Requests that ask for it fail from then on, and its versions are gone with it.
      </Confirm>
    </Page>
  );
}

function RouteView({ tenant, route, mayChange }: { tenant: string; route: Route; mayChange: boolean }) {
  const [taken, setTaken] = useState<string | null>(null);
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <div className="flex min-w-0 flex-col gap-4">
        <Card title="Targets" aside={<span className="figures text-xs text-ink-3">version {route.version}</span>}>
          <div className="p-4 pt-2">
            <TargetTree strategy={route.strategy} targets={route.targets} marked={taken} />
          </div>
        </Card>
        <Card title="Retries and time limits">
          <Settings route={route} />
        </Card>
      </div>
      <Card className="overflow-hidden">
        <div className="pt-2 [&_[role=tablist]]:px-3">
          <Tabs
            label="More of the route"
            tabs={[
              { id: "try", title: "Dry run", content: <DryRun tenant={tenant} name={route.name} onTaken={setTaken} /> },
              {
                id: "versions",
                title: "Versions",
                content: <Versions tenant={tenant} name={route.name} mayChange={mayChange} />,
              },
            ]}
          />
        </div>
      </Card>
    </div>
  );
}

function Settings({ route }: { route: Route }) {
  const { retries, timeouts } = route;
  const limit = (ms: number | undefined) => (ms === undefined ? "the gateway's own" : formatDuration(ms));
  const rows: [string, string][] = [
    ["Tries of each target", String(retries.attempts)],
    ["Longest pause between two", formatDuration(retries.max_delay_ms)],
    ["First byte", limit(timeouts.first_byte_ms)],
    ["First token", limit(timeouts.first_token_ms)],
    ["Between two pieces", limit(timeouts.stall_ms)],
    ["The whole request", limit(timeouts.total_ms)],
    ["A stream that breaks off", route.after_first_byte === "verified" ? "held back, fails over" : "ends in an error"],
    ["What a target cannot do", route.on_unsupported === "drop" ? "is dropped, with a header" : "is refused"],
    ...(route.allow_latency ? [["Service tier", "flex, where a target has it"] as [string, string]] : []),
    ...(route.shadow ? [["Shadow", route.shadow.model] as [string, string]] : []),
  ];
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 p-4 pt-1 text-sm">
      {rows.map(([title, value]) => (
        <div key={title} className="contents">
          <dt className="text-ink-2">{title}</dt>
          <dd className="figures text-right break-all">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
