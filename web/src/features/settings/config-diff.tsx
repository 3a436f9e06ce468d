import type { AppliedConfig, ConfigDifference } from "../../api/types.ts";
import { Badge, type Tone } from "../../components/ui/badge.tsx";

const LOOKS: Record<ConfigDifference["action"], { tone: Tone; title: string }> = {
  create: { tone: "ok", title: "Make" },
  update: { tone: "accent", title: "Change" },
  delete: { tone: "bad", title: "Remove" },
};

/** What a document would change, record by record and field by field. */
export function ConfigDiff({ file, outcome }: { file: string; outcome: AppliedConfig }) {
  return (
    <>
      <h3 className="text-sm font-medium">
        {outcome.changes.length === 0 ? `${file} changes nothing: all is as it says.` : `What ${file} changes`}
      </h3>
      <ul className="max-h-96 divide-y overflow-y-auto rounded-md border empty:hidden">
        {outcome.changes.map((change) => (
          <li key={`${change.section}/${change.id ?? change.name}`} className="flex flex-col gap-1.5 px-3 py-2 text-sm">
            <span className="flex flex-wrap items-center gap-2">
              <Badge tone={LOOKS[change.action].tone}>{LOOKS[change.action].title}</Badge>
              <span className="font-medium">{change.name}</span>
              <span className="text-xs text-ink-3">{change.section.replaceAll("_", " ")}</span>
            </span>
            {change.fields && (
              <dl className="flex flex-col gap-0.5 font-mono text-xs">
                {Object.entries(change.fields).map(([field, { from, to }]) => (
                  <div key={field} className="flex flex-wrap gap-x-2 break-all">
                    <dt className="text-ink-2">{field}</dt>
                    <dd>
                      <del className="text-bad no-underline">
                        <span className="sr-only">from </span>
                        {JSON.stringify(from)}
                      </del>{" "}
                      <span aria-hidden>→</span>{" "}
                      <ins className="text-ok no-underline">
                        <span className="sr-only">to </span>
                        {JSON.stringify(to)}
                      </ins>
                    </dd>
                  </div>
                ))}
              </dl>
            )}
          </li>
        ))}
      </ul>
      {outcome.kept.length > 0 && (
        <p className="text-xs text-ink-2">
          Not in it, and kept because they carry secrets:{" "}
          {outcome.kept.map(({ section, name }) => `${name} (${section.replaceAll("_", " ")})`).join(", ")}.
        </p>
      )}
    </>
  );
}
