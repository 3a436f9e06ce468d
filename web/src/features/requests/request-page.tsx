import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { keysQuery } from "../../api/keys.ts";
import { recordQuery } from "../../api/usage.ts";
import { buttonStyle } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Failed, SkeletonRows } from "../../components/ui/states.tsx";
import { keyNamer } from "../../lib/key-name.ts";
import { RecordView } from "./record-view.tsx";

/** One request on a page of its own, to link to. */
export function RequestPage() {
  const { tenant, id } = useParams({ from: "/$tenant/requests/$id" });
  const record = useQuery(recordQuery(tenant, id));
  const { data: keys } = useQuery(keysQuery(tenant));
  return (
    <Page
      title="Request"
      controls={
        <Link to="/$tenant/requests" params={{ tenant }} className={buttonStyle({ size: "sm" })}>
          <ArrowLeft aria-hidden className="size-4" />
          All requests
        </Link>
      }
    >
      <Card className="w-full max-w-4xl p-4 sm:p-6">
        <h2 className="sr-only">{id}</h2>
        {record.isPending && <SkeletonRows rows={8} className="h-10" />}
        {record.isError && <Failed what="The request" error={record.error} retry={() => void record.refetch()} />}
        {record.data && <RecordView record={record.data} tenant={tenant} keyName={keyNamer(keys)(record.data.key)} />}
      </Card>
    </Page>
  );
}
