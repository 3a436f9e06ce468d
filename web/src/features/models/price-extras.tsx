import { Plus, X } from "lucide-react";
import type { TokenKind } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { TextField } from "../../components/ui/field.tsx";
import { RowButton } from "../../components/ui/row-button.tsx";
import {
  eachIsWrong,
  type PriceTexts,
  type TierTexts,
  thresholdIsWrong,
  tierKindIsWrong,
  type UnitTexts,
  unitProblems,
} from "./price-form.ts";
import { KINDS } from "./words.ts";

/** What most prices have. */
export const MAIN: readonly TokenKind[] = ["input", "output", "input_cached", "input_cache_write"];

interface Props {
  texts: PriceTexts;
  /** Whether what is wrong is told already. */
  tried: boolean;
  onChange: (change: Partial<PriceTexts>) => void;
}

const replaced = <T,>(list: readonly T[], at: number, next: T): T[] => list.map((each, i) => (i === at ? next : each));
const without = <T,>(list: readonly T[], at: number): T[] => list.filter((_, i) => i !== at);

/** What a request costs beside its tokens, and what tokens cost in long prompts. */
export function PriceExtras({ texts, tried, onChange }: Props) {
  const { perRequest, units, tiers } = texts;
  return (
    <div className="mt-3 flex flex-col gap-4">
      <TextField
        label="Each request"
        inputMode="decimal"
        placeholder="Nothing"
        className="sm:max-w-60"
        error={tried && eachIsWrong(perRequest) ? "Dollars, at most twelve decimals." : null}
        value={perRequest}
        onChange={(event) => onChange({ perRequest: event.target.value })}
      />
      {units.map((unit, at) => (
        <UnitFields
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place; its name changes
          key={at}
          place={at + 1}
          unit={unit}
          problems={tried ? unitProblems(units, at) : { name: null, price: null }}
          onChange={(next) => onChange({ units: replaced(units, at, next) })}
          onRemove={() => onChange({ units: without(units, at) })}
        />
      ))}
      {tiers.map((tier, at) => (
        <TierFields
          // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place; its threshold changes
          key={at}
          place={at + 1}
          tier={tier}
          tried={tried}
          onChange={(next) => onChange({ tiers: replaced(tiers, at, next) })}
          onRemove={() => onChange({ tiers: without(tiers, at) })}
        />
      ))}
      <div className="flex flex-wrap gap-2">
        <Button size="sm" onClick={() => onChange({ units: [...units, { name: "", price: "" }] })}>
          <Plus aria-hidden className="size-3.5" />
          Add a unit
        </Button>
        <Button size="sm" onClick={() => onChange({ tiers: [...tiers, { above: "", kinds: {} }] })}>
          <Plus aria-hidden className="size-3.5" />
          Add a price of long prompts
        </Button>
      </div>
    </div>
  );
}

function UnitFields(props: {
  place: number;
  unit: UnitTexts;
  problems: ReturnType<typeof unitProblems>;
  onChange: (next: UnitTexts) => void;
  onRemove: () => void;
}) {
  const { place, unit, problems, onChange } = props;
  return (
    <fieldset className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto] items-start gap-3">
      <legend className="sr-only">Unit {place}</legend>
      <TextField
        label="Unit"
        placeholder="web_search_requests"
        error={problems.name}
        value={unit.name}
        onChange={(event) => onChange({ ...unit, name: event.target.value })}
      />
      <TextField
        label="Price of one"
        inputMode="decimal"
        placeholder="0.01"
        error={problems.price}
        value={unit.price}
        onChange={(event) => onChange({ ...unit, price: event.target.value })}
      />
      <RowButton
        icon={X}
        name={`Remove unit ${place}`}
        title="Remove"
        type="button"
        className="mt-6.5"
        onClick={props.onRemove}
      />
    </fieldset>
  );
}

function TierFields(props: {
  place: number;
  tier: TierTexts;
  tried: boolean;
  onChange: (next: TierTexts) => void;
  onRemove: () => void;
}) {
  const { place, tier, tried, onChange } = props;
  const shown = KINDS.filter(({ kind }) => MAIN.includes(kind) || (tier.kinds[kind] ?? "") !== "");
  return (
    <fieldset className="rounded-md border p-3">
      <legend className="sr-only">Price of long prompts {place}</legend>
      <div className="grid gap-3 sm:grid-cols-2">
        <div className="flex items-start gap-2 sm:col-span-2">
          <div className="min-w-0 flex-1">
            <TextField
              label="Prompts above, in tokens"
              inputMode="numeric"
              placeholder="200000"
              hint="All of such a request costs this."
              error={tried && thresholdIsWrong(tier.above) ? "A whole number of input tokens." : null}
              value={tier.above}
              onChange={(event) => onChange({ ...tier, above: event.target.value })}
            />
          </div>
          <RowButton
            icon={X}
            name={`Remove the price of long prompts ${place}`}
            title="Remove"
            type="button"
            className="mt-6.5"
            onClick={props.onRemove}
          />
        </div>
        {shown.map(({ kind, title }) => (
          <TextField
            key={kind}
            label={`${title} in long prompts`}
            inputMode="decimal"
            placeholder="As in shorter ones"
            error={tried && tierKindIsWrong(tier.kinds, kind) ? "Dollars, at most six decimals." : null}
            value={tier.kinds[kind] ?? ""}
            onChange={(event) => onChange({ ...tier, kinds: { ...tier.kinds, [kind]: event.target.value } })}
          />
        ))}
      </div>
    </fieldset>
  );
}
