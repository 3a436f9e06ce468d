import { type FormEvent, useState } from "react";
import { type ChannelInput, useSaveChannel } from "../../api/alerts.ts";
import type { AlertChannel, AlertType, ChannelType } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { Checks } from "../../components/ui/checks.tsx";
import { Dialog, DialogActions } from "../../components/ui/dialog.tsx";
import { SelectField, TextField } from "../../components/ui/field.tsx";
import type { Secret } from "../../components/ui/secret-dialog.tsx";
import { messageOf } from "../../components/ui/states.tsx";
import { toast } from "../../lib/toast.ts";
import { CHANNEL_TITLES, EVENTS } from "./words.ts";

interface Props {
  tenant: string;
  /** The channel to change; null to add one. */
  channel: AlertChannel | null;
  onClose: () => void;
  onSecret: (secret: Secret) => void;
}

const TYPES = Object.keys(CHANNEL_TITLES) as ChannelType[];
const ADDRESSES: Record<Exclude<ChannelType, "email">, { placeholder: string; hint: string }> = {
  webhook: { placeholder: "https://example.com/meterr", hint: "Signed, so that you can tell that it is us." },
  slack: { placeholder: "https://hooks.slack.com/services/…", hint: "An incoming webhook of Slack's." },
  discord: { placeholder: "https://discord.com/api/webhooks/…", hint: "A webhook of a Discord channel." },
};

export function ChannelDialog({ tenant, channel, onClose, onSecret }: Props) {
  const save = useSaveChannel(tenant);
  const [type, setType] = useState<ChannelType>(channel?.type ?? "webhook");
  const [name, setName] = useState(channel?.name ?? "");
  const [url, setUrl] = useState("");
  const [to, setTo] = useState(channel?.to.join(", ") ?? "");
  const [events, setEvents] = useState<AlertType[]>(channel?.events ?? []);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const input: ChannelInput = { type, name: name.trim() || CHANNEL_TITLES[type], events };
    if (type === "email")
      input.to = to
        .split(",")
        .map((each) => each.trim())
        .filter((each) => each !== "");
    else if (url.trim() !== "") input.url = url.trim();
    save.mutate(channel ? { id: channel.id, ...input } : input, {
      onSuccess: ({ secret }) => {
        toast(`${input.name} is ${channel ? "changed" : "told from now on"}`);
        onClose();
        if (!channel && secret) onSecret(secretOf(input.name, secret));
      },
    });
  };

  return (
    <Dialog open onClose={onClose} title={channel ? `Edit ${channel.name}` : "Add a channel"}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <div className="grid gap-4 sm:grid-cols-2">
          <SelectField
            label="Goes to"
            value={type}
            disabled={channel !== null}
            onChange={(event) => setType(TYPES.find((each) => each === event.target.value) ?? "webhook")}
          >
            {TYPES.map((each) => (
              <option key={each} value={each}>
                {CHANNEL_TITLES[each]}
              </option>
            ))}
          </SelectField>
          <TextField
            label="Name"
            maxLength={200}
            placeholder={CHANNEL_TITLES[type]}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        {type === "email" ? (
          <TextField
            label="Addresses"
            required
            placeholder="ada@example.com, ops@example.com"
            hint="Several with commas between them."
            value={to}
            onChange={(event) => setTo(event.target.value)}
          />
        ) : (
          <TextField
            label="URL"
            type="url"
            required={channel === null}
            placeholder={channel?.url ?? ADDRESSES[type].placeholder}
            hint={channel ? "Empty: it stays as it is." : ADDRESSES[type].hint}
            value={url}
            onChange={(event) => setUrl(event.target.value)}
          />
        )}
        <Checks
          label="Is told of"
          hint="None chosen: of everything."
          choices={EVENTS}
          value={events}
          onChange={setEvents}
        />
        {save.isError && (
          <p role="alert" className="text-sm text-bad">
            {messageOf(save.error)}
          </p>
        )}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" busy={save.isPending}>
            {channel ? "Save changes" : "Add channel"}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

const secretOf = (name: string, text: string): Secret => ({
  title: `${name} is told from now on`,
  what: "signing secret",
  text,
  note: (
    <>
      What arrives is signed with it, as{" "}
      <a href="https://www.standardwebhooks.com" className="text-accent underline underline-offset-2">
        Standard Webhooks
      </a>{" "}
      are: verify it with any of their libraries.
    </>
  ),
});
