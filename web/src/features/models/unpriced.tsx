import { TriangleAlert } from "lucide-react";
import type { SummaryRow } from "../../api/types.ts";
import { formatPlural } from "../../lib/format.ts";

/** More are told as a number. */
const SHOWN = 5;

interface Props {
  usage: readonly SummaryRow[];
  /** Sets a price of `provider/model`; null where the person may not. */
  onSet: ((model: string) => void) | null;
}

/** Models that were used and whose cost is not known: their spend is missing everywhere. */
export function Unpriced({ usage, onSet }: Props) {
  const models = usage.filter(({ unpriced, model }) => unpriced > 0 && model != null);
  if (models.length === 0) return null;
  return (
    <div className="flex gap-3 border-b bg-warn-soft px-4 py-2.5 text-sm text-warn sm:px-6">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="flex flex-wrap gap-x-3 gap-y-1">
        <span>
          {models.length === 1
            ? "A model was used whose price is not known, so that its spend is not counted:"
            : `${models.length} models were used whose prices are not known, so that their spend is not counted:`}
        </span>
        <ul className="flex flex-wrap gap-x-3 gap-y-1">
          {models.slice(0, SHOWN).map(({ provider, model, unpriced }) => {
            const name = `${provider}/${model}`;
            const title = `${formatPlural(unpriced, "request")} in 30 days`;
            return (
              <li key={name} title={title}>
                {onSet ? (
                  <button
                    type="button"
                    onClick={() => onSet(name)}
                    aria-label={`Set the price of ${name}`}
                    className="font-medium underline underline-offset-2"
                  >
                    {name}
                  </button>
                ) : (
                  <span className="font-medium">{name}</span>
                )}
              </li>
            );
          })}
          {models.length > SHOWN && <li>and {models.length - SHOWN} more</li>}
        </ul>
      </div>
    </div>
  );
}
