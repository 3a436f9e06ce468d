import type { ReactNode } from "react";
import { Card } from "../../components/ui/card.tsx";

/** A part of the account: what it is, a line about it, its form. */
export function Section({ title, text, aside, children }: SectionProps) {
  return (
    <Card title={title} aside={aside}>
      <div className="flex flex-col gap-4 px-4 pt-1 pb-4">
        {text && <div className="text-sm text-pretty text-ink-2">{text}</div>}
        {children}
      </div>
    </Card>
  );
}

interface SectionProps {
  title: string;
  text?: ReactNode;
  aside?: ReactNode;
  children?: ReactNode;
}
