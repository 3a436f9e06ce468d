/** Changes the tenant's records: each change is one step, with its entry in the audit log and what it brings to the policy. */
import type {
  Actor,
  ApplyResult,
  AuditEntry,
  Change,
  CreateResult,
  Idempotency,
  RecordKind,
  Records,
  RotateResult,
} from "../worker/core/ledger-api.ts";
import type { KeyRecord } from "../worker/core/policy.ts";
import type { RouteRecord } from "../worker/core/route.ts";
import { applyChange, type RecordChange } from "./changes.ts";
import { POT_MS } from "./limits.ts";
import * as records from "./records.ts";
import { keepVersion } from "./route-versions.ts";
import type { LedgerState } from "./rows.ts";
import { abandonPots, readCredentials, readPrices, readRoutes, writeMeta, writeRevoked } from "./store.ts";

/** Who changes what, and when. */
interface By {
  actor: Actor;
  now: number;
}

interface Owner {
  sql: SqlStorage;
  step<T>(now: number, change: (state: LedgerState) => T): T;
  /** A record was changed, in the step that runs: for those who follow records of its kind. */
  changed(state: LedgerState, change: RecordChange, now: number): void;
}

export class RecordDesk {
  readonly #owner: Owner;
  readonly #sql: SqlStorage;

  constructor(owner: Owner) {
    this.#owner = owner;
    this.#sql = owner.sql;
  }

  create<K extends RecordKind>(
    kind: K,
    record: Records[K],
    { actor, now, idempotency }: By & { idempotency: Idempotency | undefined },
  ): CreateResult {
    return this.#owner.step<CreateResult>(now, (state) => {
      const earlier = idempotency && records.earlierAnswer(this.#sql, idempotency, now);
      if (earlier) return earlier;
      if (!records.insertRecord(this.#sql, kind, record)) return { outcome: "exists" };
      if (idempotency) records.rememberAnswer(this.#sql, idempotency, now);
      this.#changed(state, { kind, before: null, after: record, actor, action: "create", now });
      return { outcome: "created" };
    });
  }

  update<K extends RecordKind>(kind: K, id: string, fields: Partial<Records[K]>, by: By): Records[K] | null {
    return this.#owner.step<Records[K] | null>(by.now, (state) => this.#update(state, { kind, id, fields, ...by }));
  }

  rotateKey(
    id: string,
    secret: Pick<KeyRecord, "hash" | "hint">,
    { actor, now, idempotency }: By & { idempotency: Idempotency | undefined },
  ): RotateResult {
    return this.#owner.step<RotateResult>(now, (state) => {
      const earlier = idempotency && records.earlierAnswer(this.#sql, idempotency, now);
      if (earlier) return earlier;
      const before = records.readRecord(this.#sql, "key", id);
      if (!before || before.revokedAt !== null) return { outcome: "missing" };
      const record = { ...before, ...secret };
      records.replaceRecord(this.#sql, "key", record);
      if (idempotency) records.rememberAnswer(this.#sql, idempotency, now);
      this.#changed(state, { kind: "key", before, after: record, actor, action: "rotate", now });
      return { outcome: "rotated", record };
    });
  }

  /** A removed key is revoked and stays readable, since usage names it; anything else is deleted. */
  remove(kind: RecordKind, id: string, by: By): boolean {
    return this.#owner.step(by.now, (state) => this.#remove(state, { kind, id, ...by }));
  }

  /** All of `changes`, or, where what one of them expects is no longer so, none. */
  apply(changes: readonly Change[], { actor, now }: By): ApplyResult {
    return this.#owner.step<ApplyResult>(now, (state) => {
      const stale = changes.find((change) => !records.isExpected(this.#sql, change));
      if (stale) return { outcome: "stale", kind: stale.kind, id: records.idOfChange(stale) };
      for (const change of changes) {
        const { kind } = change;
        switch (change.action) {
          case "create":
            records.insertRecord(this.#sql, kind, change.record);
            this.#changed(state, { kind, before: null, after: change.record, actor, action: "create", now });
            break;
          case "update":
            this.#update(state, { kind, id: change.expected.id, fields: change.fields, actor, now });
            break;
          case "delete":
            this.#remove(state, { kind, id: change.expected.id, actor, now });
        }
      }
      return { outcome: "applied" };
    });
  }

  #update<K extends RecordKind>(
    state: LedgerState,
    change: By & { kind: K; id: string; fields: Partial<Records[K]> },
  ): Records[K] | null {
    const { kind, id, fields, actor, now } = change;
    const before = records.readRecord(this.#sql, kind, id);
    if (!before) return null;
    const after = { ...before, ...fields, id: before.id, createdAt: before.createdAt };
    // Nothing to tell anybody, nor to note.
    if (records.isSame(before, after)) return before;
    // Counted where changes come one after the other: of two at once each is a version.
    if ("version" in before) Object.assign(after, { version: before.version + 1 });
    records.replaceRecord(this.#sql, kind, after);
    this.#changed(state, { kind, before, after, actor, action: "update", now });
    return after;
  }

  #remove(state: LedgerState, change: By & { kind: RecordKind; id: string }): boolean {
    const { kind, id, actor, now } = change;
    const before = records.readRecord(this.#sql, kind, id);
    if (!before) return false;
    let after: KeyRecord | null = null;
    if (kind === "key") {
      const key = before as KeyRecord;
      if (key.revokedAt !== null) return false;
      after = { ...key, revokedAt: now };
      records.replaceRecord(this.#sql, kind, after);
    } else {
      records.deleteRecord(this.#sql, kind, id);
    }
    this.#changed(state, { kind, before, after, actor, action: "delete", now });
    return true;
  }

  #changed(state: LedgerState, change: By & RecordChange & { action: AuditEntry["action"] }): void {
    const { now } = change;
    records.writeAudit(this.#sql, change, now);
    if (applyChange(state, change, now)) this.#policyChanged(state, change);
    this.#owner.changed(state, change, now);
  }

  /** What is written, and read anew, with a change that wallets have to hear of. */
  #policyChanged(state: LedgerState, { kind, before, after, actor, now }: By & RecordChange): void {
    switch (kind) {
      case "credential":
        state.credentials = readCredentials(this.#sql);
        break;
      case "price":
        state.prices = readPrices(this.#sql);
        break;
      case "route": {
        state.routes = readRoutes(this.#sql);
        const change = { before, after } as { before: RouteRecord | null; after: RouteRecord | null };
        keepVersion(this.#sql, { ...change, actor: actor.id });
        break;
      }
      case "budget":
        if (before && !after) abandonPots(this.#sql, before.id, now + POT_MS);
        break;
      case "key":
        writeRevoked(this.#sql, state.revoked);
    }
    writeMeta(this.#sql, "version", state.version);
  }
}
