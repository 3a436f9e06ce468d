import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useSaveCredential } from "../../api/credentials.ts";
import { providersQuery } from "../../api/providers.ts";
import type { Credential } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogActions } from "../../components/ui/dialog.tsx";
import { SelectField, TextField } from "../../components/ui/field.tsx";
import { messageOf } from "../../components/ui/states.tsx";
import { toast } from "../../lib/toast.ts";

interface Props {
  tenant: string;
  /** The credential whose key is replaced; null to add one. */
  replacing: Credential | null;
  /** All that there are: a provider's second one gets a name. */
  stored: readonly Credential[];
  /** Whom a new one is for; null where that is chosen here. */
  provider: string | null;
  open: boolean;
  onClose: () => void;
}

export function CredentialDialog(props: Props) {
  const { replacing } = props;
  return (
    <Dialog
      open={props.open}
      onClose={props.onClose}
      title={replacing ? `Replace the key for ${replacing.provider}` : "Add a credential"}
      description="Encrypted before it is stored; only its last four characters are ever shown."
    >
      <CredentialForm {...props} />
    </Dialog>
  );
}

/** In the list of providers: one that meterr does not know. */
const OWN = "own";

const DIALECTS = [
  { value: "chat", title: "OpenAI chat completions" },
  { value: "responses", title: "OpenAI responses" },
  { value: "messages", title: "Anthropic messages" },
  { value: "gemini", title: "Gemini" },
] as const;

interface OriginProps {
  /** The provider's own; null where every customer has one, undefined where the list is not there. */
  origin: string | null | undefined;
  value: string;
  onChange: (value: string) => void;
}

function OriginField({ origin, value, onChange }: OriginProps) {
  const field = (
    <TextField
      label="Origin"
      type="url"
      required={origin === null}
      placeholder={origin ?? "https://…"}
      hint={
        origin === null
          ? "Yours at this provider: each customer has one."
          : "Replaces the provider's own, for a region or a proxy."
      }
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
  if (origin === null) return field;
  return (
    <details open={value !== ""}>
      <summary className="text-sm font-medium text-ink-2 hover:text-ink">Another address</summary>
      <div className="mt-3">{field}</div>
    </details>
  );
}

function CredentialForm({ tenant, replacing, stored, provider: wanted, onClose }: Props) {
  const save = useSaveCredential(tenant);
  const known = useQuery(providersQuery);
  const ownSlug = stored.find(({ provider, base_url }) => provider === wanted && base_url !== null)?.provider;
  const [choice, setChoice] = useState(ownSlug === undefined ? (wanted ?? "") : OWN);
  const [slug, setSlug] = useState(ownSlug ?? "");
  const [name, setName] = useState("");
  const [apiKey, setApiKey] = useState("");
  const [address, setAddress] = useState(replacing?.base_url ?? replacing?.origin ?? "");
  const [dialect, setDialect] = useState(replacing?.dialect ?? "chat");
  const own = replacing ? Boolean(replacing.base_url) : choice === OWN || known.data?.length === 0;
  const chosen = choice || known.data?.[0]?.slug || "";
  const provider = replacing?.provider ?? (own ? slug.trim() : chosen);
  const isFurther = replacing === null && stored.some((each) => each.provider === provider);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // An origin that was taken out of its field is the provider's own again.
    const blank = replacing?.origin ? { origin: null } : {};
    const where = address.trim() === "" ? blank : { [own ? "base_url" : "origin"]: address.trim() };
    const input = { api_key: apiKey.trim(), ...where, ...(own ? { dialect } : {}) };
    const made = { provider, name: isFurther ? name.trim() : null, input };
    save.mutate(replacing ? { id: replacing.id, input } : made, {
      onSuccess: () => {
        toast(`The credential for ${provider} is stored`);
        onClose();
      },
    });
  };

  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {!replacing && (
        <SelectField
          label="Provider"
          value={choice || chosen}
          onChange={(event) => setChoice(event.target.value)}
          error={known.isError ? `The list could not be loaded: ${messageOf(known.error)}` : null}
        >
          {known.data?.map((each) => (
            <option key={each.slug} value={each.slug}>
              {each.slug}
            </option>
          ))}
          <option value={OWN}>Another, by its address…</option>
        </SelectField>
      )}
      {own && !replacing && (
        <TextField
          label="Name in paths"
          required
          pattern="[a-z0-9][a-z0-9\-]*"
          title="Lower-case letters, digits and dashes."
          placeholder="my-vllm"
          hint="Clients reach it at this path: lower-case letters, digits and dashes."
          value={slug}
          onChange={(event) => setSlug(event.target.value)}
        />
      )}
      {isFurther && (
        <TextField
          label="Name"
          required
          maxLength={200}
          placeholder="second"
          hint={`Another one for ${provider}: requests are spread over them, and go on with one when the other is throttled.`}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      )}
      <TextField
        label="API key"
        required
        type="password"
        autoComplete="off"
        spellCheck={false}
        value={apiKey}
        hint="As the provider gave it to you."
        onChange={(event) => setApiKey(event.target.value)}
      />
      {own ? (
        <>
          <TextField
            label="Base URL"
            type="url"
            required
            placeholder="https://llm.example.com/v1"
            hint="As an SDK would be given it."
            value={address}
            onChange={(event) => setAddress(event.target.value)}
          />
          <SelectField label="Speaks" value={dialect} onChange={(event) => setDialect(event.target.value)}>
            {DIALECTS.map(({ value, title }) => (
              <option key={value} value={value}>
                {title}
              </option>
            ))}
          </SelectField>
        </>
      ) : (
        <OriginField
          origin={known.data?.find((each) => each.slug === provider)?.origin}
          value={address}
          onChange={setAddress}
        />
      )}
      {save.isError && (
        <p role="alert" className="text-sm text-bad">
          {messageOf(save.error)}
        </p>
      )}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" tone="primary" busy={save.isPending} disabled={apiKey.trim() === "" || provider === ""}>
          {replacing ? "Replace key" : "Add credential"}
        </Button>
      </DialogActions>
    </form>
  );
}
