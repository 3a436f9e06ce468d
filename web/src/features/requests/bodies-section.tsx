/** The kept question and answer of a request, shown once somebody asks for them. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { bodiesQuery } from "../../api/bodies.ts";
import { useMay } from "../../api/me.ts";
import type { KeptBodies, UsageRecord } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { CodeBlock } from "../../components/ui/code-block.tsx";
import { Failed, Skeleton } from "../../components/ui/states.tsx";
import { formatTime, formatUtc } from "../../lib/format.ts";
import { bodyText } from "./body-text.ts";
import { Section } from "./section.tsx";

export function BodiesSection({ record, tenant }: { record: UsageRecord; tenant: string }) {
  const may = useMay("bodies");
  const [isOpen, setOpen] = useState(false);
  const { data, error, refetch } = useQuery({ ...bodiesQuery(tenant, record.id), enabled: isOpen });
  if (record.bodies_until === null) return null;
  return (
    <Section title="Bodies">
      {!may ? (
        <p className="text-ink-3">They are kept, for owners, admins and the developer whose key it is.</p>
      ) : !isOpen ? (
        <div className="flex flex-wrap items-center gap-3">
          <Button size="sm" onClick={() => setOpen(true)}>
            Show what was asked and answered
          </Button>
          <span className="text-xs text-ink-3" title={formatUtc(record.bodies_until)}>
            Noted in the audit log. Kept until {formatTime(record.bodies_until)}.
          </span>
        </div>
      ) : error ? (
        <Failed what="The bodies" error={error} retry={() => void refetch()} />
      ) : data ? (
        <div className="flex flex-col gap-4">
          <Body title="Asked" body={data.request} />
          <Body title="Answered" body={data.response} />
        </div>
      ) : (
        <Skeleton height="8rem" />
      )}
    </Section>
  );
}

function Body({ title, body }: { title: string; body: KeptBodies["request"] }) {
  if (body === null) return null;
  const text = bodyText(body);
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <h4 className="text-xs text-ink-3">
        {title}, {body.type || "no type"}, {body.bytes.toLocaleString("en-US")} bytes
        {body.cut && ", of which the end is missing"}
      </h4>
      {text === null ? (
        <p className="text-ink-3">It is no text, so that nothing of it is kept.</p>
      ) : (
        <CodeBlock
          code={text}
          what={title === "Asked" ? "what was asked" : "what was answered"}
          className="max-h-96 overflow-y-auto"
        />
      )}
    </div>
  );
}
