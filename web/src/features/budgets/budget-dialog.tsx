import { type FormEvent, useState } from "react";
import { useSaveBudget } from "../../api/budgets.ts";
import type { Budget, Key, Period } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogActions } from "../../components/ui/dialog.tsx";
import { Choices, SelectField, TextField } from "../../components/ui/field.tsx";
import { ScopeFields } from "../../components/ui/scope-fields.tsx";
import { messageOf } from "../../components/ui/states.tsx";
import { inputFromUsd, ungrouped, usdFromInput } from "../../lib/money.ts";
import { choiceOf, scopeOf, WHOLE } from "../../lib/scope.ts";
import { toast } from "../../lib/toast.ts";

const UNITS: readonly { unit: Budget["unit"]; title: string }[] = [
  { unit: "usd", title: "USD" },
  { unit: "tokens", title: "Tokens" },
  { unit: "requests", title: "Requests" },
];
const PERIODS: readonly { period: Period; title: string }[] = [
  { period: "hour", title: "Hour" },
  { period: "day", title: "Day" },
  { period: "week", title: "Week" },
  { period: "month", title: "Month" },
  { period: "total", title: "Total, never resets" },
];

interface Props {
  tenant: string;
  keys: Key[];
  /** The budget to change; null to create one. */
  budget: Budget | null;
  open: boolean;
  onClose: () => void;
}

export function BudgetDialog(props: Props) {
  return (
    <Dialog
      open={props.open}
      onClose={props.onClose}
      title={props.budget ? `Edit ${props.budget.name}` : "Create a budget"}
    >
      {/* The form begins afresh each time that it opens. */}
      <BudgetForm {...props} />
    </Dialog>
  );
}

function BudgetForm({ tenant, keys, budget, onClose }: Props) {
  const save = useSaveBudget(tenant);
  const [name, setName] = useState(budget?.name ?? "");
  const [scope, setScope] = useState(budget ? choiceOf(budget.scope) : WHOLE);
  const [period, setPeriod] = useState<Period>(budget?.period ?? "month");
  const [rolling, setRolling] = useState(budget?.rolling ?? false);
  const [timezone, setTimezone] = useState(budget?.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [limit, setLimit] = useState(limitInputOf(budget));
  const [enforcement, setEnforcement] = useState<"hard" | "soft">(budget?.enforcement ?? "hard");
  const [tried, setTried] = useState(false);
  const [unit, setUnit] = useState<Budget["unit"]>(budget?.unit ?? "usd");
  const limitUsd = usdFromInput(limit);
  const amount = unit === "usd" ? limitUsd : amountFromInput(limit);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (amount === null) return;
    const input = {
      name: name.trim(),
      scope: scopeOf(scope),
      period,
      rolling: rolling && period !== "total",
      timezone,
      ...(unit === "usd" ? { limit_usd: limitUsd } : { [`limit_${unit}`]: amount }),
      enforcement,
    };
    save.mutate(budget ? { id: budget.id, ...input } : input, {
      onSuccess: () => {
        toast(`${input.name} is ${budget ? "changed" : "in force"}`);
        onClose();
      },
    });
  };

  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <TextField
        label="Name"
        required
        maxLength={200}
        placeholder="search-prod"
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <ScopeFields
        label="Counts the spend of"
        keys={keys}
        value={scope}
        fixed={budget && "Fixed: what was counted belongs to it."}
        onChange={setScope}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label={unit === "usd" ? "Limit in USD" : `Limit in ${unit}`}
          required
          inputMode="decimal"
          placeholder="100"
          value={limit}
          error={tried && amount === null ? LIMIT_HINTS[unit] : null}
          onChange={(event) => setLimit(event.target.value)}
        />
        <SelectField
          label="Counted in"
          value={unit}
          disabled={budget !== null}
          onChange={(event) => setUnit(UNITS.find((each) => each.unit === event.target.value)?.unit ?? "usd")}
        >
          {UNITS.map((each) => (
            <option key={each.unit} value={each.unit}>
              {each.title}
            </option>
          ))}
        </SelectField>
        <SelectField
          label="Every"
          value={period}
          onChange={(event) => setPeriod(PERIODS.find((each) => each.period === event.target.value)?.period ?? "month")}
        >
          {PERIODS.map((each) => (
            <option key={each.period} value={each.period}>
              {each.title}
            </option>
          ))}
        </SelectField>
        {period !== "total" && (
          <SelectField
            label="Begins anew"
            value={rolling ? "rolling" : "calendar"}
            onChange={(event) => setRolling(event.target.value === "rolling")}
          >
            <option value="calendar">By the calendar</option>
            <option value="rolling">Never: the last {period} counts</option>
          </SelectField>
        )}
      </div>
      {period !== "total" && !rolling && (
        <SelectField
          label="Time zone"
          hint="A period begins at its midnight."
          value={timezone}
          onChange={(event) => setTimezone(event.target.value)}
        >
          {timezonesWith(timezone).map((zone) => (
            <option key={zone} value={zone}>
              {zone}
            </option>
          ))}
        </SelectField>
      )}
      <Choices
        label="At the limit"
        name="enforcement"
        value={enforcement}
        onChange={setEnforcement}
        choices={[
          {
            value: "hard",
            title: "Hard: stop",
            text: "What it cannot pay for is refused with 402, before it is sent.",
          },
          { value: "soft", title: "Soft: count", text: "Requests go on. What they use is counted and shown." },
        ]}
      />
      {save.isError && (
        <p role="alert" className="text-sm text-bad">
          {messageOf(save.error)}
        </p>
      )}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" tone="primary" busy={save.isPending} disabled={name.trim() === ""}>
          {budget ? "Save changes" : "Create budget"}
        </Button>
      </DialogActions>
    </form>
  );
}

const LIMIT_HINTS: Record<Budget["unit"], string> = {
  usd: "An amount above zero, such as 100 or 0.50.",
  tokens: "A whole number of tokens.",
  requests: "A whole number of requests.",
};

function limitInputOf(budget: Budget | null): string {
  if (budget === null) return "";
  if (budget.unit === "usd") return budget.limit_usd === null ? "" : inputFromUsd(budget.limit_usd);
  return String(budget[`limit_${budget.unit}`] ?? "");
}

function amountFromInput(text: string): number | null {
  const plain = ungrouped(text) ?? "";
  return /^[1-9]\d{0,14}$/.test(plain) ? Number(plain) : null;
}

/** All zones that this browser knows, UTC first, and the one that is set. */
const timezonesWith = (zone: string): string[] => [...new Set(["UTC", zone, ...Intl.supportedValuesOf("timeZone")])];
