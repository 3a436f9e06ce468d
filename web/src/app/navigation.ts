/** The dashboard's pages as the sidebar, the palette and the shortcuts know them. */
import { Cable, ChartColumn, Gauge, KeyRound, List, type LucideIcon, Users } from "lucide-react";

export interface Destination {
  to: "/$tenant" | "/$tenant/requests" | "/$tenant/keys" | "/$tenant/budgets" | "/$tenant/providers" | "/$tenant/team";
  title: string;
  icon: LucideIcon;
  keys: string;
}

export const DESTINATIONS: readonly Destination[] = [
  { to: "/$tenant", title: "Overview", icon: ChartColumn, keys: "g o" },
  { to: "/$tenant/requests", title: "Requests", icon: List, keys: "g r" },
  { to: "/$tenant/keys", title: "Keys", icon: KeyRound, keys: "g k" },
  { to: "/$tenant/budgets", title: "Budgets", icon: Gauge, keys: "g b" },
  { to: "/$tenant/providers", title: "Providers", icon: Cable, keys: "g p" },
  { to: "/$tenant/team", title: "Team", icon: Users, keys: "g t" },
];
