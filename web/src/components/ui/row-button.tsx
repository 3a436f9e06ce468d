import type { LucideIcon } from "lucide-react";
import { Button, type ButtonProps } from "./button.tsx";

/** A quiet button at a row's end: an icon, whose name says what it does to what. */
export function RowButton({ icon: Icon, name, title, ...props }: Props) {
  return (
    <Button tone="quiet" size="icon" aria-label={name} title={title} {...props}>
      <Icon aria-hidden className="size-4" />
    </Button>
  );
}

type Props = Omit<ButtonProps, "title" | "name"> & {
  icon: LucideIcon;
  /** For who cannot see which row it is in: `Edit Pager`. */
  name: string;
  title: string;
};
