import { Download, FileUp } from "lucide-react";
import { type ChangeEvent, useRef, useState } from "react";
import { useMembership } from "../../api/me.ts";
import { applyConfig, readConfig, tryConfig } from "../../api/settings.ts";
import type { AppliedConfig } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { messageOf } from "../../components/ui/states.tsx";
import { saveFile } from "../../lib/download.ts";
import { formatPlural } from "../../lib/format.ts";
import { toast } from "../../lib/toast.ts";
import { ConfigDiff } from "./config-diff.tsx";

/** A document that was tried, what it would change, and what it would change it from. */
interface Tried {
  file: string;
  document: unknown;
  outcome: AppliedConfig;
  tag: string | null;
}

/** All that is set, as one document: down, and up again once one has seen what it changes. */
export function ConfigCard({ tenant }: { tenant: string }) {
  const input = useRef<HTMLInputElement>(null);
  // Whoever may only read changes nothing by a document either.
  const mayApply = useMembership()?.actions.some((action) => action !== "read") ?? false;
  const [busy, setBusy] = useState<"reading" | "trying" | "applying" | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [tried, setTried] = useState<Tried | null>(null);

  /** Does one thing at a time, and says what went wrong with it. */
  const during = async (what: NonNullable<typeof busy>, run: () => Promise<void>): Promise<void> => {
    setBusy(what);
    setProblem(null);
    try {
      await run();
    } catch (error) {
      setProblem(messageOf(error));
    }
    setBusy(null);
  };
  const download = (): Promise<void> =>
    during("reading", async () => {
      const document = await readConfig(tenant);
      saveFile(`meterr-${tenant}.json`, "application/json", [`${JSON.stringify(document, null, 2)}\n`]);
    });
  const upload = async (event: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const [file] = event.target.files ?? [];
    if (!file) return;
    const text = await file.text();
    // The same file again is a choice too.
    event.target.value = "";
    setTried(null);
    await during("trying", async () => {
      const document = parse(text);
      const { value, tag } = await tryConfig(tenant, document);
      setTried({ file: file.name, document, outcome: value, tag });
    });
  };
  const apply = ({ document, tag }: Tried): Promise<void> =>
    during("applying", async () => {
      const { value } = await applyConfig(tenant, document, tag);
      toast(`${formatPlural(value.changes.length, "change is", "changes are")} in force`);
      setTried(null);
    });

  return (
    <Card title="Configuration as code">
      <div className="flex flex-col gap-4 px-4 pt-1 pb-4">
        <p className="text-sm text-pretty text-ink-2">
          Teams, users, keys' settings, budgets, limits, alerts, prices, routes and sinks as one JSON document, without
          secrets. Keep it with your code; a changed one is shown before it is applied, all of it or nothing.
        </p>
        <div className="flex flex-wrap gap-2">
          <Button size="sm" busy={busy === "reading"} onClick={() => void download()}>
            <Download aria-hidden className="size-3.5" />
            Download
          </Button>
          {mayApply && (
            <Button size="sm" busy={busy === "trying"} onClick={() => input.current?.click()}>
              <FileUp aria-hidden className="size-3.5" />
              Upload and compare…
            </Button>
          )}
          <input
            ref={input}
            type="file"
            accept="application/json,.json"
            aria-label="Configuration document"
            className="hidden"
            onChange={(event) => void upload(event)}
          />
        </div>
        {problem !== null && (
          <p role="alert" className="text-sm text-bad">
            {problem}
          </p>
        )}
        {tried && (
          <section aria-label="What would change" className="flex flex-col gap-3 border-t pt-4">
            <ConfigDiff file={tried.file} outcome={tried.outcome} />
            <div className="flex justify-end gap-2">
              <Button onClick={() => setTried(null)}>Discard</Button>
              {tried.outcome.changes.length > 0 && (
                <Button tone="primary" busy={busy === "applying"} onClick={() => void apply(tried)}>
                  Apply {formatPlural(tried.outcome.changes.length, "change")}
                </Button>
              )}
            </div>
          </section>
        )}
      </div>
    </Card>
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("This file is not JSON.");
  }
}
