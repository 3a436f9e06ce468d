import type { NewKey } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { CodeBlock, CopyButton } from "../../components/ui/code-block.tsx";
import { Dialog, DialogActions } from "../../components/ui/dialog.tsx";
import { Tabs } from "../../components/ui/tabs.tsx";
import { snippetsFor } from "../../lib/snippets.ts";

/** The one time that a key is seen: copy it, or code that has it filled in. */
export function NewKeyDialog({ fresh, onClose }: { fresh: (NewKey & { name: string }) | null; onClose: () => void }) {
  return (
    <Dialog
      open={fresh !== null}
      onClose={onClose}
      size="lg"
      title={fresh?.name ?? "New key"}
      description="Copy the key now: it is stored nowhere and cannot be shown again."
    >
      {fresh && (
        <>
          <div className="flex items-center gap-2 rounded-md border border-line-strong bg-sunken py-1.5 pr-1.5 pl-3">
            <code data-testid="new-key" className="min-w-0 flex-1 font-mono text-xs break-all">
              {fresh.key}
            </code>
            <CopyButton text={fresh.key} what="key" label="Copy key" tone="primary" />
          </div>
          <h3 className="mt-5 mb-2 text-sm font-medium">Use it</h3>
          <Tabs
            label="Clients"
            tabs={snippetsFor(location.origin, fresh.key).map((snippet) => ({
              id: snippet.id,
              title: snippet.title,
              content: (
                <>
                  {snippet.note && <p className="mb-2 text-xs text-ink-2">{snippet.note}</p>}
                  <CodeBlock code={snippet.code} what={`${snippet.title} code`} />
                </>
              ),
            }))}
          />
          <DialogActions>
            <Button tone="primary" onClick={onClose}>
              Done
            </Button>
          </DialogActions>
        </>
      )}
    </Dialog>
  );
}
