import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { ApiError } from "../../api/client.ts";
import { keyQuery, useChangeKey } from "../../api/keys.ts";
import type { Key } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { Dialog } from "../../components/ui/dialog.tsx";
import { Failed, messageOf, SkeletonRows } from "../../components/ui/states.tsx";
import { toast } from "../../lib/toast.ts";
import { EditKeyFields } from "./edit-key-fields.tsx";
import { badTag, changesOf, fieldsOf } from "./key-fields.ts";

interface Props {
  tenant: string;
  id: string;
  /** For the title, while the key is being read. */
  name: string;
  onClose: () => void;
}

/** All that can be changed of a key. It begins from the key as it is now, and is saved only over that. */
export function EditKeyDialog({ tenant, id, name, onClose }: Props) {
  const current = useQuery(keyQuery(tenant, id));
  return (
    <Dialog
      open
      onClose={onClose}
      size="lg"
      title={`Edit ${name}`}
      description="Changes hold within ten seconds, everywhere. The key itself stays."
    >
      {current.isPending && <SkeletonRows rows={5} />}
      {current.isError && <Failed what="The key" error={current.error} retry={() => void current.refetch()} />}
      {current.data && (
        <EditKeyForm
          // Another state of the key is another form.
          key={current.data.tag}
          tenant={tenant}
          record={current.data.value}
          tag={current.data.tag}
          onReload={() => current.refetch()}
          onClose={onClose}
        />
      )}
    </Dialog>
  );
}

interface FormProps {
  tenant: string;
  record: Key;
  tag: string | null;
  onReload: () => Promise<unknown>;
  onClose: () => void;
}

function EditKeyForm({ tenant, record, tag, onReload, onClose }: FormProps) {
  const save = useChangeKey(tenant);
  const form = useRef<HTMLFormElement>(null);
  // The dialog opened before there was a field to begin at.
  useEffect(() => form.current?.querySelector("input")?.focus(), []);
  const [before] = useState(() => fieldsOf(record));
  const [fields, setFields] = useState(before);
  const set = (some: Partial<typeof fields>): void => setFields({ ...fields, ...some });
  const changes = changesOf(before, fields);
  const isReady = Object.keys(changes).length > 0 && fields.name.trim() !== "" && badTag(fields.tags) === null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isReady) return;
    save.mutate(
      { id: record.id, tag, changes },
      {
        onSuccess: ({ value }) => {
          toast(`${value.name} is changed`);
          onClose();
        },
      },
    );
  };
  return (
    <form ref={form} onSubmit={submit}>
      <EditKeyFields
        fields={fields}
        set={set}
        bind={(name) => ({ value: fields[name], onChange: ({ target }) => set({ [name]: target.value }) })}
      />
      <div className="sticky -bottom-5 -mx-5 -mb-5 flex flex-wrap items-center justify-end gap-2 rounded-b-xl border-t bg-surface px-5 py-3">
        {save.isError && (
          <p role="alert" className="min-w-0 flex-1 basis-56 text-sm text-bad">
            {isStale(save.error)
              ? "Somebody changed this key meanwhile. Nothing of yours is saved."
              : messageOf(save.error)}
          </p>
        )}
        {isStale(save.error) ? (
          <Button onClick={() => void onReload()}>Start from how it is now</Button>
        ) : (
          <Button onClick={onClose}>Cancel</Button>
        )}
        <Button type="submit" tone="primary" busy={save.isPending} disabled={!isReady || isStale(save.error)}>
          Save changes
        </Button>
      </div>
    </form>
  );
}

const isStale = (error: Error | null): boolean => error instanceof ApiError && error.status === 412;
