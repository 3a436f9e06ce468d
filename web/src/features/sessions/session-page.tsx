/** One run: its requests in order, on a time line, with what it had cost by each. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { type ReactNode, useState } from "react";
import { keysQuery } from "../../api/keys.ts";
import { useLiveMessages } from "../../api/live.tsx";
import { sessionQuery, sessionRequestsQuery } from "../../api/sessions.ts";
import type { AgentSession } from "../../api/types.ts";
import { buttonStyle } from "../../components/ui/button.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Failed, SkeletonRows } from "../../components/ui/states.tsx";
import { VirtualTable } from "../../components/ui/virtual-table.tsx";
import {
  formatCount,
  formatDuration,
  formatTime,
  formatTokens,
  formatUsd,
  formatUsdExact,
  formatUtc,
} from "../../lib/format.ts";
import { keyNamer } from "../../lib/key-name.ts";
import { nanosOf } from "../../lib/money.ts";
import { costOf } from "./columns.tsx";
import { runOf } from "./run.ts";
import { runColumns } from "./run-columns.tsx";

/** A record that came live is in the API within two seconds. */
const STORED_AFTER_MS = 2_500;

export function SessionPage() {
  const { tenant, id } = useParams({ from: "/$tenant/sessions/$id" });
  const session = useQuery(sessionQuery(tenant, id));
  const requests = useQuery(sessionRequestsQuery(tenant, id));
  useFollowing(tenant, id);
  const failed = session.isError ? session : requests.isError ? requests : null;
  return (
    <Page
      fill
      title="Session"
      controls={
        <Link to="/$tenant/sessions" params={{ tenant }} className={buttonStyle({ size: "sm" })}>
          <ArrowLeft aria-hidden className="size-4" />
          All sessions
        </Link>
      }
    >
      {session.data && <Head tenant={tenant} session={session.data} />}
      {failed && !requests.data && (
        <Failed
          what="The session"
          error={failed.error}
          retry={() => {
            void session.refetch();
            void requests.refetch();
          }}
        />
      )}
      {!failed && (session.isPending || requests.isPending) && <SkeletonRows rows={10} className="h-10" />}
      {session.data && requests.data && <Requests tenant={tenant} session={session.data} requests={requests.data} />}
    </Page>
  );
}

function Requests(props: { tenant: string; session: AgentSession; requests: Parameters<typeof runOf>[1] }) {
  const { tenant, session, requests } = props;
  const navigate = useNavigate();
  const [selected, setSelected] = useState<string>();
  const run = runOf(session, requests);
  const hidden = session.requests - requests.length;
  if (requests.length === 0) {
    return (
      <p className="px-4 py-8 text-center text-sm text-ink-2">
        The requests are older than this organization keeps them; the sums above stay.
      </p>
    );
  }
  return (
    <>
      {hidden > 0 && (
        <p className="border-b px-4 py-2 text-xs text-ink-2 sm:px-6">
          The latest {formatCount(requests.length)} requests; {formatCount(hidden)} earlier ones are in the sums.
        </p>
      )}
      <VirtualTable
        name="Requests of the session"
        columns={runColumns(run)}
        rows={run.rows}
        idOf={({ record }) => record.id}
        selected={selected}
        onSelect={setSelected}
        onPick={(id) => void navigate({ to: "/$tenant/requests/$id", params: { tenant, id } })}
        onOpen={(id) => void navigate({ to: "/$tenant/requests/$id", params: { tenant, id } })}
        onEnd={nothing}
        loadingMore={false}
      />
    </>
  );
}

const nothing = (): void => {};

function Head({ tenant, session }: { tenant: string; session: AgentSession }) {
  const { data: keys } = useQuery(keysQuery(tenant));
  const cost = costOf(session);
  const tokens = session.tokens.input + session.tokens.output;
  const saved = nanosOf(session.saved_usd);
  return (
    <section aria-label="The session" className="flex flex-col gap-3 border-b px-4 py-4 sm:px-6">
      <h2 className="font-mono text-sm break-all">{session.id}</h2>
      <dl className="figures grid grid-cols-2 gap-x-6 gap-y-2.5 text-sm sm:flex sm:flex-wrap sm:gap-x-10">
        <Figure name="Cost" title={formatUsdExact(cost)}>
          {formatUsd(cost)}
        </Figure>
        <Figure name="Requests">{formatCount(session.requests)}</Figure>
        <Figure name="Errors">
          {session.errors > 0 ? <span className="text-bad">{formatCount(session.errors)}</span> : "0"}
        </Figure>
        <Figure name="Tokens" title={`${formatCount(tokens)} tokens`}>
          {formatTokens(tokens)}
        </Figure>
        <Figure name="Length">{formatDuration(Date.parse(session.ended_at) - Date.parse(session.started_at))}</Figure>
        {saved !== 0 && <Figure name="Saved">{formatUsd(saved)}</Figure>}
        <Figure name="Started" title={formatUtc(session.started_at)}>
          {formatTime(session.started_at)}
        </Figure>
        <Figure name="Key">{keyNamer(keys)(session.key)}</Figure>
        {session.user && <Figure name="User">{session.user}</Figure>}
      </dl>
    </section>
  );
}

function Figure({ name, title, children }: { name: string; title?: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col">
      <dt className="text-xs text-ink-3">{name}</dt>
      <dd title={title} className="truncate font-medium">
        {children}
      </dd>
    </div>
  );
}

/** A run that goes on is followed: its requests are fetched again once they are stored. */
function useFollowing(tenant: string, id: string): void {
  const client = useQueryClient();
  useLiveMessages((message) => {
    if (message.type !== "usage" || message.data.session !== id) return;
    setTimeout(() => void client.invalidateQueries({ queryKey: ["sessions", tenant] }), STORED_AFTER_MS);
  });
}
