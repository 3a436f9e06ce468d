/** The dashboards that look: their sockets, and what is pushed to them as it happens. */
import type { Alert } from "../worker/core/alert.ts";
import { type HealthView, showHealth } from "../worker/core/health-view.ts";
import { VIEWER_HEADER, VIEWER_UNTIL_HEADER } from "../worker/core/ledger-api.ts";
import type { Budget, BudgetState } from "../worker/core/policy.ts";
import type { UsageEvent } from "../worker/core/usage.ts";
import { alertMessages, BUDGET_PUSH_MS, broadcast, budgetMessages, usageMessages } from "./live.ts";

/** Of the codes that are applications' own: whoever looks has to show again that they may. */
const LOOK_AGAIN = 4_401;

interface Owner {
  ctx: DurableObjectState;
  /** A budget and its counters; null where it is gone. */
  budget(id: string): [Budget, BudgetState] | null;
}

/** What is kept with a socket while the ledger sleeps. */
interface Seat {
  /** When whoever looks has to show again that they may, in milliseconds since the epoch; null for never. */
  until: number | null;
}

export class Viewers {
  readonly #owner: Owner;
  /** Budgets whose counters moved since the last push, while dashboards watch. */
  readonly #moved = new Set<string>();
  #pushTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(owner: Owner) {
    this.#owner = owner;
    owner.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  /** The live socket of a dashboard. The Worker has checked who asks. */
  accept(request: Request): Response {
    if (request.headers.get("upgrade") !== "websocket") return new Response(null, { status: 426 });
    const { 0: client, 1: server } = new WebSocketPair();
    // Found again by who looks, once they may no more.
    this.#owner.ctx.acceptWebSocket(server, [request.headers.get(VIEWER_HEADER) ?? ""]);
    const until = request.headers.get(VIEWER_UNTIL_HEADER);
    server.serializeAttachment({ until: until === null ? null : Number(until) } satisfies Seat);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Sends a viewer away, or all of them: whoever still may look comes back. */
  end(viewer: string | null): void {
    for (const socket of this.#owner.ctx.getWebSockets(viewer ?? undefined)) socket.close(LOOK_AGAIN, "look again");
  }

  /** The sockets of who may still look: whose session or token has ended meanwhile is sent away before the next word. */
  #sockets(): WebSocket[] {
    const now = Date.now();
    return this.#owner.ctx.getWebSockets().filter((socket) => {
      const seat = socket.deserializeAttachment() as Seat | null;
      const isOver = seat !== null && seat.until !== null && seat.until <= now;
      if (isOver && socket.readyState === WebSocket.OPEN) socket.close(LOOK_AGAIN, "look again");
      return !isOver;
    });
  }

  /** The counters of a budget moved: told with the next push. */
  moved(budget: string): void {
    this.#moved.add(budget);
  }

  /** Usage at once; budgets that moved soon, and together. */
  push(settled: readonly UsageEvent[]): void {
    const sockets = this.#sockets();
    if (sockets.length === 0) {
      this.#moved.clear();
      return;
    }
    broadcast(sockets, usageMessages(settled));
    if (this.#moved.size === 0 || this.#pushTimer !== null) return;
    this.#pushTimer = setTimeout(() => this.#pushBudgets(), BUDGET_PUSH_MS);
  }

  tellAlerts(fired: readonly Alert[], tenant: string): void {
    broadcast(this.#sockets(), alertMessages(fired, tenant));
  }

  tellHealth(changed: readonly HealthView[]): void {
    const messages = changed.map((one) => JSON.stringify({ type: "provider", data: showHealth(one) }));
    broadcast(this.#sockets(), messages);
  }

  #pushBudgets(): void {
    this.#pushTimer = null;
    const moved = [...this.#moved].flatMap((id) => {
      const budget = this.#owner.budget(id);
      return budget ? [budget] : [];
    });
    broadcast(this.#sockets(), budgetMessages(moved));
    this.#moved.clear();
  }
}
