/** What was saved, by what, and which switch would save more. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { costReportQuery } from "../../api/cost-report.ts";
import { keysQuery } from "../../api/keys.ts";
import { useMay } from "../../api/me.ts";
import type { Possible } from "../../api/types.ts";
import { Card } from "../../components/ui/card.tsx";
import { Page } from "../../components/ui/page.tsx";
import { Segmented } from "../../components/ui/segmented.tsx";
import { Failed } from "../../components/ui/states.tsx";
import { PERIOD_LABEL, PERIODS, spanOf } from "../../lib/period.ts";
import type { SavingsSearch } from "../../lib/search.ts";
import { Figures } from "./figures.tsx";
import { PossibleCard, subjectOf } from "./possible-card.tsx";
import { SavedCard } from "./saved-card.tsx";
import { SpentCard } from "./spent-card.tsx";
import { SwitchDialog } from "./switch-dialog.tsx";

export function SavingsPage() {
  const { tenant } = useParams({ from: "/$tenant" });
  const search = useSearch({ from: "/$tenant/savings" });
  const navigate = useNavigate();
  const [openedAt] = useState(() => Date.now());
  const [switching, setSwitching] = useState<Possible | null>(null);
  const span = spanOf(search.period ?? "30d", openedAt);
  const {
    data: report,
    error,
    isError,
    isPlaceholderData: stale,
    refetch,
  } = useQuery(costReportQuery(tenant, span.from));
  const { data: keys } = useQuery(keysQuery(tenant));
  const keyName = (id: string): string => keys?.find((key) => key.id === id)?.name ?? id;
  const mayKeys = useMay("keys");
  const mayRoutes = useMay("routes");
  const change = (next: SavingsSearch): void => {
    void navigate({ to: "/$tenant/savings", params: { tenant }, search: { ...search, ...next }, replace: true });
  };
  return (
    <Page
      title="Savings"
      controls={
        <Segmented
          label="Period"
          value={search.period ?? "30d"}
          options={PERIODS.map((value) => ({ value, text: value, title: PERIOD_LABEL[value] }))}
          onChange={(period) => change({ period })}
        />
      }
    >
      {isError && !report ? (
        <Card>
          <Failed what="The report" error={error} retry={() => void refetch()} className="min-h-80 justify-center" />
        </Card>
      ) : (
        <div className="flex flex-col gap-4" aria-busy={!report}>
          <Figures report={report} stale={stale} />
          <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_28rem] 2xl:grid-cols-[minmax(0,1fr)_34rem]">
            <div className="flex min-w-0 flex-col gap-4">
              <SavedCard report={report} span={span} stale={stale} />
              <SpentCard
                tenant={tenant}
                report={report}
                stale={stale}
                by={search.by ?? "model"}
                onBreakdown={(by) => change({ by })}
                keyName={keyName}
              />
            </div>
            <PossibleCard
              report={report}
              stale={stale}
              keyName={keyName}
              maySwitch={({ subject: { key } }) =>
                key === null ? mayRoutes : mayKeys && (keys ?? []).some(({ id }) => id === key)
              }
              onSwitch={setSwitching}
            />
          </div>
        </div>
      )}
      <SwitchDialog
        tenant={tenant}
        possible={switching}
        subject={switching ? subjectOf(switching, keyName) : ""}
        onClose={() => setSwitching(null)}
      />
    </Page>
  );
}
