/** Nothing to show yet: three steps that tick off by themselves as they happen. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowRight, Check } from "lucide-react";
import { type ReactNode, useState } from "react";
import { credentialsQuery } from "../../api/credentials.ts";
import { useCreateKey } from "../../api/keys.ts";
import { useMay } from "../../api/me.ts";
import { latestQuery } from "../../api/usage.ts";
import { Button, buttonStyle } from "../../components/ui/button.tsx";
import { CodeBlock } from "../../components/ui/code-block.tsx";
import { Page } from "../../components/ui/page.tsx";
import { messageOf } from "../../components/ui/states.tsx";
import { StatusBadge } from "../../components/ui/status-badge.tsx";
import { cn } from "../../lib/cn.ts";
import { formatDuration, formatUsd } from "../../lib/format.ts";
import { nanosOf } from "../../lib/money.ts";
import { curlSnippet } from "../../lib/snippets.ts";

export function FirstVisit({ tenant, onDone }: { tenant: string; onDone: () => void }) {
  const [copied, setCopied] = useState(false);
  const { data: records } = useQuery(latestQuery(tenant));
  const { data: credentials } = useQuery(credentialsQuery(tenant));
  const mayConnect = useMay("credentials");
  const arrived = records?.[0];
  const connected = (credentials?.length ?? 0) > 0;
  return (
    <Page title="Overview">
      <div className="mx-auto flex max-w-2xl flex-col gap-6 py-4 sm:py-10">
        <div className="flex flex-col gap-1.5">
          <h2 className="text-2xl font-semibold tracking-tight">See your first request</h2>
          <p className="text-base text-pretty text-ink-2">
            The sandbox answers like a provider, at no cost and without an account. It takes a minute.
          </p>
        </div>
        <ol className="flex flex-col">
          <Step number={1} done={copied || arrived !== undefined} title="Send a request to the sandbox">
            <TryIt tenant={tenant} onCopied={() => setCopied(true)} />
          </Step>
          <Step number={2} done={arrived !== undefined} title={arrived ? "It arrived" : "See it arrive, live"}>
            {arrived ? (
              <Link
                to="/$tenant/requests/$id"
                params={{ tenant, id: arrived.id }}
                className="flex flex-wrap items-center gap-x-4 gap-y-1 rounded-md border bg-surface px-3 py-2.5 text-sm hover:bg-hover"
              >
                <StatusBadge status={arrived.status} httpStatus={arrived.http_status} />
                <span className="font-medium">{arrived.model}</span>
                <span className="text-ink-2">
                  {arrived.tokens.input} tokens in, {arrived.tokens.output} out
                </span>
                <span className="text-ink-2">{formatDuration(arrived.latency_ms)}</span>
                <span className="ml-auto font-medium">{formatUsd(nanosOf(arrived.cost_usd))}</span>
              </Link>
            ) : (
              <p className="flex items-center gap-2 text-sm text-ink-2">
                <span aria-hidden className="size-2 animate-shimmer rounded-full bg-accent" />
                Waiting for the first request. It shows here within a second, with its exact cost.
              </p>
            )}
          </Step>
          <Step number={3} done={connected} title="Add a provider's credential" last>
            <p className="mb-3 text-sm text-pretty text-ink-2">
              With your own key for OpenAI, Anthropic, Google or another provider, live keys reach it through meterr. It
              is encrypted, and never shown again.
            </p>
            {mayConnect ? (
              <Link
                to="/$tenant/providers"
                params={{ tenant }}
                search={{ new: "1" }}
                className={buttonStyle({ size: "sm", tone: arrived && !connected ? "primary" : "plain" })}
              >
                {connected ? "See credentials" : "Add a credential"}
              </Link>
            ) : (
              <p className="text-sm text-ink-2">An owner or an admin adds it.</p>
            )}
          </Step>
        </ol>
        {arrived && (
          <div className="flex justify-end">
            <Button onClick={onDone} tone={connected ? "primary" : "plain"}>
              Go to the overview
              <ArrowRight aria-hidden className="size-4" />
            </Button>
          </div>
        )}
      </div>
    </Page>
  );
}

function Step(props: { number: number; done: boolean; title: string; last?: boolean; children: ReactNode }) {
  return (
    <li className="relative flex gap-4 pb-8 last:pb-0" data-done={props.done}>
      {!props.last && <span aria-hidden className="absolute top-8 bottom-1 left-[13.5px] w-px bg-line" />}
      <span
        className={cn(
          "figures flex size-7 shrink-0 items-center justify-center rounded-full border text-sm font-medium",
          props.done ? "border-ok bg-ok-soft text-ok" : "border-line-strong bg-surface text-ink-2",
        )}
      >
        {props.done ? <Check aria-label="Done" className="size-4" /> : props.number}
      </span>
      <div className="min-w-0 flex-1 pt-0.5">
        <h3 className="mb-2 text-base font-medium">{props.title}</h3>
        {props.children}
      </div>
    </li>
  );
}

/** A curl line that works as pasted; its key is made on demand, because a key is shown only once. */
function TryIt({ tenant, onCopied }: { tenant: string; onCopied: () => void }) {
  const create = useCreateKey(tenant);
  const mayCreate = useMay("keys");
  if (create.data) {
    return <CodeBlock code={curlSnippet(location.origin, create.data.key)} what="curl command" onCopied={onCopied} />;
  }
  if (!mayCreate) {
    return <p className="text-sm text-pretty text-ink-2">With a test key, which a developer or an admin gives you.</p>;
  }
  return (
    <div className="flex flex-col items-start gap-3">
      <p className="text-sm text-pretty text-ink-2">
        Paste the line that your terminal printed at the start, or create a test key and copy a line that has it filled
        in.
      </p>
      <Button
        tone="primary"
        size="sm"
        busy={create.isPending}
        onClick={() => create.mutate({ name: "First steps", mode: "test" })}
      >
        Create a test key
      </Button>
      {create.isError && (
        <p role="alert" className="text-sm text-bad">
          {messageOf(create.error)}
        </p>
      )}
    </div>
  );
}
