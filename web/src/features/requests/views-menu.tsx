/** The views that somebody saved for themselves, and a way to save the present one. */
import { useQuery } from "@tanstack/react-query";
import { Bookmark, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { SavedView } from "../../api/types.ts";
import { useDeleteView, useSaveView, viewsQuery } from "../../api/views.ts";
import { Button } from "../../components/ui/button.tsx";
import { inputStyle } from "../../components/ui/field.tsx";
import { Popover } from "../../components/ui/popover.tsx";
import { messageOf, SkeletonRows } from "../../components/ui/states.tsx";
import { toast } from "../../lib/toast.ts";

interface Props {
  tenant: string;
  /** Of the URL; those without a value are not set. */
  filters: Record<string, string | undefined>;
  onPick: (filters: Record<string, string>) => void;
}

export function ViewsMenu({ tenant, filters, onPick }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <Popover title="Views" icon={<Bookmark aria-hidden className="size-3.5" />} open={open} onOpenChange={setOpen}>
      <Views
        tenant={tenant}
        filters={filters}
        onPick={(picked) => {
          setOpen(false);
          onPick(picked);
        }}
      />
    </Popover>
  );
}

function Views({ tenant, filters, onPick }: Props) {
  const views = useQuery(viewsQuery(tenant));
  const remove = useDeleteView(tenant);
  const mine = views.data?.filter((view) => view.page === "requests") ?? [];
  const set = Object.fromEntries(
    Object.entries(filters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return (
    <div className="flex flex-col gap-2">
      {views.isPending && <SkeletonRows rows={2} className="h-8" />}
      {views.isError && (
        <p role="alert" className="text-bad">
          {messageOf(views.error)}
        </p>
      )}
      {views.isSuccess && mine.length === 0 && (
        <p className="text-pretty text-ink-2">No saved view yet. Filter the list, then save it here under a name.</p>
      )}
      <ul aria-label="Saved views" className="flex max-h-72 flex-col overflow-y-auto empty:hidden">
        {mine.map((view) => (
          <ViewRow
            key={view.id}
            view={view}
            onPick={() => onPick(view.filters)}
            onDelete={() => remove.mutate(view.id, { onError: (error) => toast(messageOf(error), "bad") })}
          />
        ))}
      </ul>
      {Object.keys(set).length > 0 && <SaveForm tenant={tenant} filters={set} />}
    </div>
  );
}

function ViewRow({ view, onPick, onDelete }: { view: SavedView; onPick: () => void; onDelete: () => void }) {
  const filters = Object.entries(view.filters);
  return (
    <li className="group flex items-center gap-1 rounded-md hover:bg-hover">
      <button
        type="button"
        onClick={onPick}
        className="flex min-w-0 flex-1 flex-col items-start rounded-md px-2 py-1.5"
      >
        <span className="max-w-full truncate font-medium">{view.name}</span>
        <span className="max-w-full truncate text-xs text-ink-3">
          {filters.map(([name, value]) => `${name}:${value}`).join("  ")}
        </span>
      </button>
      <Button tone="quiet" size="icon" aria-label={`Delete the view ${view.name}`} onClick={onDelete}>
        <Trash2 aria-hidden className="size-3.5" />
      </Button>
    </li>
  );
}

function SaveForm({ tenant, filters }: { tenant: string; filters: Record<string, string> }) {
  const save = useSaveView(tenant);
  const [name, setName] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() === "") return;
    save.mutate(
      { page: "requests", name: name.trim(), filters },
      {
        onSuccess: (view) => {
          setName("");
          toast(`${view.name} is saved`);
        },
      },
    );
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-1.5 border-t pt-2.5">
      <span className="flex gap-2">
        <input
          aria-label="Name of the view"
          placeholder="Save these filters as…"
          value={name}
          maxLength={200}
          onChange={(event) => setName(event.target.value)}
          className={`${inputStyle} h-8 text-sm`}
        />
        <Button type="submit" tone="primary" size="sm" busy={save.isPending}>
          Save
        </Button>
      </span>
      {save.isError && (
        <p role="alert" className="text-xs text-bad">
          {messageOf(save.error)}
        </p>
      )}
    </form>
  );
}
