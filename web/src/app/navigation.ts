/** The dashboard's pages as the sidebar, the palette and the shortcuts know them, in groups that belong together. */
import {
  BellRing,
  Boxes,
  Cable,
  ChartColumn,
  Gauge,
  KeyRound,
  List,
  type LucideIcon,
  MessagesSquare,
  PiggyBank,
  ScrollText,
  Settings,
  Split,
  Timer,
  Users,
  Waypoints,
  Workflow,
} from "lucide-react";
import type { Action } from "../api/types.ts";

export interface Destination {
  to:
    | "/$tenant"
    | "/$tenant/requests"
    | "/$tenant/sessions"
    | "/$tenant/playground"
    | "/$tenant/keys"
    | "/$tenant/savings"
    | "/$tenant/budgets"
    | "/$tenant/alerts"
    | "/$tenant/limits"
    | "/$tenant/routes"
    | "/$tenant/providers"
    | "/$tenant/models"
    | "/$tenant/team"
    | "/$tenant/audit"
    | "/$tenant/sinks"
    | "/$tenant/settings";
  title: string;
  icon: LucideIcon;
  keys: string;
  /** What the person has to be allowed to do for the page to show anything; without it everyone sees it. */
  needs?: Action;
  /** Whether it is one tap away on a phone; the others are behind "More". Four fit. */
  onPhone?: true;
}

export interface Group {
  /** Of the group, for screen readers. */
  title: string;
  pages: readonly Destination[];
}

export const GROUPS: readonly Group[] = [
  {
    title: "What happens",
    pages: [
      { to: "/$tenant", title: "Overview", icon: ChartColumn, keys: "g o", onPhone: true },
      { to: "/$tenant/requests", title: "Requests", icon: List, keys: "g r", onPhone: true },
      { to: "/$tenant/sessions", title: "Sessions", icon: Workflow, keys: "g s" },
      { to: "/$tenant/savings", title: "Savings", icon: PiggyBank, keys: "g v" },
    ],
  },
  {
    title: "Keys and limits",
    pages: [
      { to: "/$tenant/keys", title: "Keys", icon: KeyRound, keys: "g k", onPhone: true },
      { to: "/$tenant/budgets", title: "Budgets", icon: Gauge, keys: "g b", onPhone: true },
      { to: "/$tenant/limits", title: "Limits", icon: Timer, keys: "g l" },
      { to: "/$tenant/alerts", title: "Alerts", icon: BellRing, keys: "g a" },
    ],
  },
  {
    title: "Models and providers",
    pages: [
      { to: "/$tenant/routes", title: "Routes", icon: Split, keys: "g u" },
      { to: "/$tenant/providers", title: "Providers", icon: Cable, keys: "g p" },
      { to: "/$tenant/models", title: "Models", icon: Boxes, keys: "g m" },
      { to: "/$tenant/playground", title: "Playground", icon: MessagesSquare, keys: "g y" },
    ],
  },
  {
    title: "Organization",
    pages: [
      { to: "/$tenant/team", title: "Team", icon: Users, keys: "g t" },
      { to: "/$tenant/audit", title: "Audit", icon: ScrollText, keys: "g d", needs: "audit" },
      { to: "/$tenant/sinks", title: "Sinks", icon: Waypoints, keys: "g i" },
      { to: "/$tenant/settings", title: "Settings", icon: Settings, keys: "g e" },
    ],
  },
];

/** The groups with the pages that who may do `actions` can use. */
export const groupsFor = (actions: readonly Action[]): Group[] =>
  GROUPS.map((group) => ({
    ...group,
    pages: group.pages.filter(({ needs }) => needs === undefined || actions.includes(needs)),
  })).filter(({ pages }) => pages.length > 0);
