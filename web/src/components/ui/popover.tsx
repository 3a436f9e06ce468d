import { Popover as Base } from "@base-ui/react/popover";
import type { ReactNode } from "react";
import { buttonStyle } from "./button.tsx";

/** A button that opens a small panel beside itself. Escape and a click elsewhere close it. */
export function Popover(props: {
  title: string;
  icon?: ReactNode;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  children: ReactNode;
}) {
  return (
    <Base.Root open={props.open} onOpenChange={props.onOpenChange}>
      <Base.Trigger className={buttonStyle({ size: "sm" })}>
        {props.icon}
        {props.title}
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={6} align="end" className="z-50">
          <Base.Popup className="w-[min(20rem,calc(100vw-1.5rem))] animate-rise rounded-lg border border-line-strong bg-surface p-3 text-sm text-ink shadow-lg outline-none">
            <Base.Title className="sr-only">{props.title}</Base.Title>
            {props.children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
