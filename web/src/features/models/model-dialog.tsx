import { useQuery } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { pricesQuery, useDeletePrice } from "../../api/models.ts";
import type { Price, PricedModel, TokenKind } from "../../api/types.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Confirm, Dialog, DialogActions } from "../../components/ui/dialog.tsx";
import { RowButton } from "../../components/ui/row-button.tsx";
import { formatCount, formatRelative, formatUtc } from "../../lib/format.ts";
import { toast } from "../../lib/toast.ts";
import { formatPrice, KINDS, SOURCES } from "./words.ts";

interface Props {
  tenant: string;
  model: PricedModel | null;
  /** Sets a price of it; null where the person may not. */
  onSet: ((model: PricedModel) => void) | null;
  onClose: () => void;
}

/** All that is known of a model's price, and the prices that were set here. */
export function ModelDialog({ tenant, model, onSet, onClose }: Props) {
  return (
    <Dialog open={model !== null} onClose={onClose} title={model ? `${model.provider}/${model.model}` : ""}>
      {model && (
        <>
          <Facts model={model} />
          <OwnPrices tenant={tenant} model={model} mayChange={onSet !== null} />
          {onSet && (
            <DialogActions>
              <Button tone="primary" onClick={() => onSet(model)}>
                {model.source === "tenant" ? "Change your price" : "Set your own price"}
              </Button>
            </DialogActions>
          )}
        </>
      )}
    </Dialog>
  );
}

function Facts({ model }: { model: PricedModel }) {
  const { per_million_tokens: prices, source } = model;
  const isApart = (kind: TokenKind, partOf: TokenKind | null): boolean =>
    prices[kind] !== undefined && (partOf === null || prices[kind] !== prices[partOf]);
  const told = KINDS.filter(
    ({ kind, partOf }) =>
      // What lives for an hour has a price wherever caches have none, to be on the safe side: it says nothing there.
      isApart(kind, partOf) && (kind !== "input_cache_write_1h" || isApart("input_cache_write", "input")),
  );
  return (
    <div className="flex flex-col gap-4">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-ink-2">
        <Badge tone={SOURCES[source].tone}>{SOURCES[source].title}</Badge>
        {model.context_window !== null && <span>{formatCount(model.context_window)} tokens of context</span>}
        {model.max_output !== null && <span>{formatCount(model.max_output)} in an answer</span>}
      </p>
      {source === "none" ? (
        <p className="text-sm text-pretty text-ink-2">
          Nobody says what it costs. Its requests are recorded with a cost that is not known, and a hard budget refuses
          them unless it says otherwise.
        </p>
      ) : (
        <table className="figures w-full text-sm">
          <caption className="sr-only">Prices</caption>
          <thead>
            <tr className="border-b text-xs text-ink-3">
              <th scope="col" className="py-1.5 text-left font-normal">
                A million tokens
              </th>
              <th scope="col" className="py-1.5 text-right font-normal">
                Price
              </th>
              {model.tiers.map(({ above_input_tokens: above }) => (
                <th key={above} scope="col" className="py-1.5 pl-3 text-right font-normal">
                  Above {formatCount(above)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {told.map(({ kind, title }) => (
              <tr key={kind} className="border-b last:border-0">
                <th scope="row" className="py-1.5 text-left font-normal">
                  {title}
                </th>
                <td className="py-1.5 text-right">{formatPrice(prices[kind])}</td>
                {model.tiers.map((tier) => (
                  <td key={tier.above_input_tokens} className="py-1.5 pl-3 text-right">
                    {formatPrice(tier.per_million_tokens[kind])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Pieces model={model} />
    </div>
  );
}

/** What is sold by the piece, and for each request. */
function Pieces({ model: { per_unit, per_request } }: { model: PricedModel }) {
  const pieces = [
    ...(Number(per_request) > 0 ? [["each request", per_request] as const] : []),
    ...Object.entries(per_unit),
  ];
  if (pieces.length === 0) return null;
  return (
    <dl className="figures flex flex-col gap-1 text-sm">
      {pieces.map(([unit, usd]) => (
        <div key={unit} className="flex justify-between gap-3">
          <dt className="text-ink-2">{unit.replaceAll("_", " ")}</dt>
          <dd>{formatPrice(usd)}</dd>
        </div>
      ))}
    </dl>
  );
}

function OwnPrices({ tenant, model, mayChange }: { tenant: string; model: PricedModel; mayChange: boolean }) {
  const { data = [] } = useQuery(pricesQuery(tenant));
  const remove = useDeletePrice(tenant);
  const [removing, setRemoving] = useState<Price | null>(null);
  const own = data.filter((price) => price.provider === model.provider && price.model === model.model);
  if (own.length === 0) return null;
  return (
    <div className="mt-5">
      <h3 className="mb-1 text-sm font-medium">Prices that were set here</h3>
      <ul className="divide-y border-y">
        {own.map((price, index) => (
          <li key={price.id} className="flex items-center gap-3 py-1.5 text-sm">
            <span className="figures min-w-0 flex-1">
              {formatPrice(price.per_million_tokens.input)} in, {formatPrice(price.per_million_tokens.output)} out
            </span>
            {index === 0 ? <Badge tone="accent">Counts</Badge> : <Badge>Explains older records</Badge>}
            <time dateTime={price.created_at} title={formatUtc(price.created_at)} className="text-xs text-ink-3">
              {formatRelative(price.created_at)}
            </time>
            {mayChange && (
              <RowButton
                icon={Trash2}
                name={`Remove the price of ${formatUtc(price.created_at)}`}
                title="Remove"
                onClick={() => setRemoving(price)}
              />
            )}
          </li>
        ))}
      </ul>
      <Confirm
        open={removing !== null}
        onClose={() => setRemoving(null)}
        title={`Remove this price of ${model.model}?`}
        action="Remove price"
        onConfirm={async () => {
          if (!removing) return;
          await remove.mutateAsync(removing.id);
          toast(`The price of ${removing.model} is removed`);
        }}
      >
        The next one counts: an older one of yours, else the catalogue's. What it charged stays as it is, but cannot be
        multiplied out again.
      </Confirm>
    </div>
  );
}
