import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { SignInSession } from "../../../../worker/control/account-shapes.ts";
import { endOtherSessions, endSession, sessionsQuery } from "../../api/account.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Failed, messageOf, SkeletonRows } from "../../components/ui/states.tsx";
import { deviceName } from "../../lib/device.ts";
import { formatRelative, formatUtc } from "../../lib/format.ts";
import { toast } from "../../lib/toast.ts";

/** Where the person is signed in. */
export function SessionsSection() {
  const sessions = useQuery(sessionsQuery);
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey });
  const onError = (error: unknown) => toast(messageOf(error), "bad");
  const end = useMutation({ mutationFn: endSession, onSettled, onError });
  const others = useMutation({ mutationFn: endOtherSessions, onSettled, onError });
  const hasOthers = (sessions.data?.length ?? 0) > 1;
  return (
    <Card
      title="Where you are signed in"
      aside={
        hasOthers && (
          <Button size="sm" busy={others.isPending} onClick={() => others.mutate()}>
            End all others
          </Button>
        )
      }
    >
      {sessions.isPending && <SkeletonRows rows={2} />}
      {sessions.isError && !sessions.data && (
        <Failed what="Your sessions" error={sessions.error} retry={() => void sessions.refetch()} />
      )}
      <ul className="mt-1 divide-y border-t empty:hidden">
        {sessions.data?.map((session) => (
          <SessionRow key={session.id} session={session} busy={end.isPending} onEnd={() => end.mutate(session.id)} />
        ))}
      </ul>
    </Card>
  );
}

function SessionRow({ session, busy, onEnd }: { session: SignInSession; busy: boolean; onEnd: () => void }) {
  const device = deviceName(session.user_agent);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3">
      <div className="flex min-w-0 flex-1 flex-col">
        <span className="flex flex-wrap items-center gap-2 font-medium" title={session.user_agent ?? undefined}>
          {device}
          {session.current && <Badge tone="accent">This one</Badge>}
        </span>
        <span className="text-xs text-ink-2">
          {session.current ? (
            "In use now"
          ) : (
            <span title={formatUtc(session.last_seen_at)}>Last seen {formatRelative(session.last_seen_at)}</span>
          )}
          {session.ip && ` · ${session.ip}`}
          <span title={formatUtc(session.signed_in_at)}> · signed in {formatRelative(session.signed_in_at)}</span>
        </span>
      </div>
      {!session.current && (
        <Button size="sm" tone="quiet" busy={busy} aria-label={`End ${device}`} onClick={onEnd}>
          End
        </Button>
      )}
    </li>
  );
}
