import { type FormEvent, useState } from "react";
import { type PriceInput, useMakePrice } from "../../api/models.ts";
import type { Price, PricedModel, TokenKind } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogActions } from "../../components/ui/dialog.tsx";
import { TextField } from "../../components/ui/field.tsx";
import { messageOf } from "../../components/ui/states.tsx";
import { toast } from "../../lib/toast.ts";
import { MAIN, PriceExtras } from "./price-extras.tsx";
import { figuresOf, kindIsWrong, textsOf } from "./price-form.ts";
import { KINDS } from "./words.ts";

interface Props {
  tenant: string;
  /** `provider/model`; empty for one to be named. */
  name: string;
  /** What it costs now, to begin with. */
  listed: PricedModel | null;
  /** The tenant's own prices, the newest first. */
  own: readonly Price[];
  onClose: () => void;
}

/** A price of one's own. It is a new one each time: an older one stays, to explain what it charged. */
export function PriceDialog({ tenant, name, listed, own, onClose }: Props) {
  const make = useMakePrice(tenant);
  const at = name.indexOf("/");
  const [provider, setProvider] = useState(at < 0 ? "" : name.slice(0, at));
  const [model, setModel] = useState(at < 0 ? "" : name.slice(at + 1));
  const [texts, setTexts] = useState(() => textsOf(listed, priceOf(own, provider, model)));
  const [context, setContext] = useState("");
  const [longest, setLongest] = useState("");
  const [tried, setTried] = useState(false);
  const [hasExtras] = useState(texts.units.length + texts.tiers.length > 0 || texts.perRequest !== "");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    const figures = figuresOf(texts);
    if (figures === null) return;
    const before = priceOf(own, provider.trim(), model.trim());
    // Of a model that was named here the form knew nothing: what its price says of them stays.
    const unseen = listed === null ? before : undefined;
    const input: PriceInput = {
      per_million_tokens: figures.per_million_tokens,
      per_request: figures.per_request ?? unseen?.per_request ?? null,
      per_unit: { ...unseen?.per_unit, ...figures.per_unit },
      tiers: figures.tiers.length > 0 ? figures.tiers : (unseen?.tiers ?? []),
      context_window: context === "" ? (before?.context_window ?? null) : Number(context),
      max_output: longest === "" ? (before?.max_output ?? null) : Number(longest),
    };
    make.mutate(
      { provider: provider.trim(), model: model.trim(), ...input },
      {
        onSuccess: () => {
          toast(`${model.trim()} is charged at your price within ten seconds`);
          onClose();
        },
      },
    );
  };
  const field = (kind: TokenKind, title: string) => (
    <TextField
      key={kind}
      label={title}
      required={kind === "input"}
      inputMode="decimal"
      placeholder={kind === "input" ? "0.25" : "As what it is part of"}
      error={tried && kindIsWrong(texts.kinds, kind) ? "Dollars, at most six decimals." : null}
      value={texts.kinds[kind] ?? ""}
      onChange={(event) => setTexts({ ...texts, kinds: { ...texts.kinds, [kind]: event.target.value } })}
    />
  );
  return (
    <Dialog
      open
      onClose={onClose}
      title={name === "" ? "Set a price" : `Your price of ${name}`}
      description="In dollars, for a million tokens. It counts before the catalogue's."
    >
      <form onSubmit={submit} noValidate={tried} className="flex flex-col gap-4">
        {name === "" && (
          <div className="grid gap-4 sm:grid-cols-2">
            <TextField
              label="Provider"
              required
              pattern="[a-z0-9][a-z0-9\-]{0,39}"
              title="Lower-case letters, digits and dashes."
              placeholder="openai"
              hint="As in its path here."
              value={provider}
              onChange={(event) => setProvider(event.target.value)}
            />
            <TextField
              label="Model"
              required
              maxLength={200}
              placeholder="gpt-5-mini"
              hint="Exactly as requests or answers name it."
              value={model}
              onChange={(event) => setModel(event.target.value)}
            />
          </div>
        )}
        <div className="grid gap-4 sm:grid-cols-2">
          {MAIN.map((kind) => field(kind, KINDS.find((each) => each.kind === kind)?.title ?? kind))}
        </div>
        <details>
          <summary className="text-sm font-medium text-ink-2 hover:text-ink">
            Other kinds, and how long it may be
          </summary>
          <div className="mt-3 grid gap-4 sm:grid-cols-2">
            {KINDS.filter(({ kind }) => !MAIN.includes(kind)).map(({ kind, title }) => field(kind, title))}
            <TextField
              label="Context window"
              inputMode="numeric"
              pattern="[1-9][0-9]{0,8}"
              title="A whole number, without commas."
              placeholder={String(listed?.context_window ?? "Tokens")}
              value={context}
              onChange={(event) => setContext(event.target.value)}
            />
            <TextField
              label="Longest answer"
              inputMode="numeric"
              pattern="[1-9][0-9]{0,8}"
              title="A whole number, without commas."
              placeholder={String(listed?.max_output ?? "Tokens")}
              value={longest}
              onChange={(event) => setLongest(event.target.value)}
            />
          </div>
        </details>
        <details open={hasExtras}>
          <summary className="text-sm font-medium text-ink-2 hover:text-ink">
            Long prompts, and what is no token
          </summary>
          <PriceExtras texts={texts} tried={tried} onChange={(change) => setTexts({ ...texts, ...change })} />
        </details>
        {make.isError && (
          <p role="alert" className="text-sm text-bad">
            {messageOf(make.error)}
          </p>
        )}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" busy={make.isPending}>
            Set price
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

/** The one that counts of a model. */
const priceOf = (own: readonly Price[], provider: string, model: string): Price | undefined =>
  own.find((price) => price.provider === provider && price.model === model);
