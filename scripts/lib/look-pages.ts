/** The pages that `scripts/look.ts` takes, and what has to be on them first. */
import type { Page } from "playwright-core";
import type { Stage } from "./look-stage.ts";

export interface PageToLook {
  name: string;
  path: (on: Stage) => string;
  ready?: (page: Page) => Promise<unknown>;
  /** Nobody signed in. */
  visitor?: "stranger";
}

const app =
  (path: string) =>
  ({ url, tenant }: Stage): string =>
    `${url}/app/${tenant}${path}`;
const empty =
  (path: string) =>
  ({ url, emptyTenant }: Stage): string =>
    `${url}/app/${emptyTenant}${path}`;
const of =
  (path: string) =>
  ({ url }: Stage): string =>
    `${url}${path}`;

const row = (page: Page) => page.locator("[data-id]").first().waitFor();
const dialog = (page: Page) => page.getByRole("dialog").waitFor();

export const PAGES: readonly PageToLook[] = [
  { name: "landing", path: of("/"), visitor: "stranger" },
  { name: "api-docs", path: of("/api/docs"), visitor: "stranger" },
  { name: "sign-in", path: of("/app/sign-in"), visitor: "stranger" },
  { name: "sign-up", path: of("/app/sign-up"), visitor: "stranger" },
  { name: "forgot", path: of("/app/forgot-password"), visitor: "stranger" },
  { name: "reset", path: of("/app/reset-password?token=x"), visitor: "stranger" },
  { name: "invitation", path: ({ invitation }) => invitation, visitor: "stranger" },
  { name: "new-organization", path: of("/app/new-organization") },
  { name: "not-found", path: app("/nowhere") },
  { name: "overview", path: app("") },
  { name: "overview-tag", path: app("?by=tag&tag_name=feature&metric=requests") },
  { name: "requests", path: app("/requests"), ready: row },
  {
    name: "requests-panel",
    path: app("/requests?status=error"),
    ready: async (page) => {
      await page.locator("[data-id]").nth(2).click();
      await page.getByText("Decisions").waitFor();
    },
  },
  { name: "request", path: (on) => app(`/requests/${on.request}`)(on) },
  { name: "sessions", path: app("/sessions"), ready: row },
  { name: "session", path: app("/sessions/agent%2Frefund-4711"), ready: row },
  { name: "savings", path: app("/savings") },
  { name: "keys", path: app("/keys") },
  { name: "keys-new", path: app("/keys?new=1"), ready: dialog },
  {
    name: "keys-edit",
    path: app("/keys"),
    ready: (page) =>
      page
        .getByRole("button", { name: /^Edit / })
        .first()
        .click()
        .then(() => dialog(page)),
  },
  { name: "budgets", path: app("/budgets") },
  {
    name: "budget-open",
    path: app("/budgets"),
    ready: (page) => page.getByRole("button", { name: "Burn-down of Search" }).click(),
  },
  { name: "budgets-new", path: app("/budgets?new=1"), ready: dialog },
  { name: "limits", path: app("/limits") },
  { name: "limits-new", path: app("/limits?new=1"), ready: dialog },
  { name: "alerts", path: app("/alerts") },
  { name: "alerts-new", path: app("/alerts?new=1"), ready: dialog },
  { name: "routes", path: app("/routes") },
  { name: "routes-new", path: app("/routes?new=1"), ready: dialog },
  { name: "route", path: app("/routes/fast") },
  { name: "providers", path: app("/providers") },
  { name: "providers-new", path: app("/providers?new=1"), ready: dialog },
  { name: "models", path: app("/models") },
  { name: "models-open", path: app("/models?open=openai%2Fgpt-5-mini"), ready: dialog },
  { name: "models-price", path: app("/models?set=new"), ready: dialog },
  {
    name: "playground",
    path: app("/playground?mode=test&models=openai%2Fgpt-5-mini,anthropic%2Fclaude-haiku-4-5"),
    ready: async (page) => {
      await page.getByLabel("Your message").fill("What is a budget?");
      await page.keyboard.press("Enter");
      await page
        .getByText(/ in, .* out/)
        .nth(1)
        .waitFor();
    },
  },
  { name: "team", path: app("/team") },
  { name: "team-invite", path: app("/team?new=1"), ready: dialog },
  { name: "audit", path: app("/audit"), ready: row },
  { name: "audit-panel", path: app("/audit"), ready: (page) => page.locator("[data-id]").nth(1).click() },
  { name: "sinks", path: app("/sinks") },
  { name: "sinks-new", path: app("/sinks?new=1"), ready: dialog },
  { name: "settings", path: app("/settings") },
  { name: "settings-token", path: app("/settings?new=1"), ready: dialog },
  { name: "account", path: app("/account") },
  { name: "palette", path: app(""), ready: (page) => page.keyboard.press("Control+k") },
  ...[
    ["overview", ""],
    ["requests", "/requests"],
    ["sessions", "/sessions"],
    ["savings", "/savings"],
    ["keys", "/keys"],
    ["budgets", "/budgets"],
    ["limits", "/limits"],
    ["alerts", "/alerts"],
    ["routes", "/routes"],
    ["providers", "/providers"],
    ["models", "/models?source=tenant"],
    ["playground", "/playground"],
    ["team", "/team"],
    ["audit", "/audit?kind=route"],
    ["sinks", "/sinks"],
    ["settings", "/settings"],
  ].map(([name, path]) => ({ name: `empty-${name}`, path: empty(path ?? "") })),
];
