import { useSwitchOn } from "../../api/cost-report.ts";
import type { Possible } from "../../api/types.ts";
import { Button } from "../../components/ui/button.tsx";
import { CodeBlock } from "../../components/ui/code-block.tsx";
import { Dialog, DialogActions } from "../../components/ui/dialog.tsx";
import { messageOf } from "../../components/ui/states.tsx";
import { toast } from "../../lib/toast.ts";
import { OPPORTUNITY } from "./levers.ts";

/** Shows what a switch does before it does it: the very call, to be made here or elsewhere. */
export function SwitchDialog(props: {
  tenant: string;
  possible: Possible | null;
  subject: string;
  onClose: () => void;
}) {
  const { possible, onClose } = props;
  const switchOn = useSwitchOn(props.tenant);
  const close = (): void => {
    switchOn.reset();
    onClose();
  };
  const confirm = async (of: Possible): Promise<void> => {
    await switchOn.mutateAsync(of);
    toast(`${OPPORTUNITY[of.lever].title}: switched on`);
    close();
  };
  return (
    <Dialog
      open={possible !== null}
      onClose={close}
      size="lg"
      title={possible ? OPPORTUNITY[possible.lever].title : ""}
      description={props.subject}
    >
      {possible && (
        <>
          <p className="mb-3 text-sm text-pretty text-ink-2">
            This call of the API switches it on, here or in your configuration. It holds within 10 s; what was answered
            before stays as it is.
          </p>
          <CodeBlock
            code={`${possible.change.method} ${possible.change.path}\n\n${JSON.stringify(possible.change.body, null, 2)}`}
            what="API call"
          />
          {possible.needs && <p className="mt-3 text-sm text-warn">{possible.needs} has to be added first.</p>}
          {switchOn.isError && (
            <p role="alert" className="mt-3 text-sm text-bad">
              {messageOf(switchOn.error)}
            </p>
          )}
          <DialogActions>
            <Button onClick={close}>Cancel</Button>
            <Button
              tone="primary"
              data-autofocus
              busy={switchOn.isPending}
              onClick={() => void confirm(possible).catch(() => {})}
            >
              {OPPORTUNITY[possible.lever].button}
            </Button>
          </DialogActions>
        </>
      )}
    </Dialog>
  );
}
