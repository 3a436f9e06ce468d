import { Tabs as Base } from "@base-ui/react/tabs";
import type { ReactNode } from "react";

/** Panels behind a row of tabs, moved through with the arrow keys. The row scrolls where it does not fit. */
export function Tabs(props: { label: string; tabs: { id: string; title: string; content: ReactNode }[] }) {
  return (
    <Base.Root defaultValue={props.tabs[0]?.id}>
      <Base.List aria-label={props.label} className="-mx-1 flex gap-1 overflow-x-auto px-1 pb-2 [scrollbar-width:none]">
        {props.tabs.map((tab) => (
          <Base.Tab
            key={tab.id}
            value={tab.id}
            className="h-8 shrink-0 rounded-md px-2.5 text-sm font-medium text-ink-2 hover:bg-hover hover:text-ink focus-visible:outline-offset-[-2px] data-active:bg-accent-soft data-active:text-accent"
          >
            {tab.title}
          </Base.Tab>
        ))}
      </Base.List>
      {props.tabs.map((tab) => (
        <Base.Panel key={tab.id} value={tab.id} className="outline-none">
          {tab.content}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
