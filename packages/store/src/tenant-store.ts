import { LruMap, type Event } from "@flotilla/core";
import type pg from "pg";
import { openPool } from "./pool.ts";
import type { BatchFigures } from "./queries/batch-figures.ts";
import { readEvents } from "./queries/event.ts";
import { scopedPool, tenantRole } from "./scoped-pool.ts";
import type { Scope } from "./scope.ts";
import type { systemQueries } from "./system-queries.ts";
import { tenantQueries, type TenantQueries } from "./tenant-queries.ts";

type SystemBatches = ReturnType<typeof systemQueries>["batches"];

/** Reads of the whole store that many share: who asks for a run or batch has looked at it before. */
export interface SharedReads {
  journal: { readNext(runId: string, afterSeq: number): Promise<Event[]> };
  batches: Pick<SystemBatches, "figures" | "certificate">;
  signals: { watch(runId: string): Promise<void> };
}

/**
 * What a caller sees of the store: everything of one scope, or all of it.
 *
 * Of `readNext`, `figures` and `certificate` the statements see all organisations, since many callers
 * share them: get the run or batch from the view first.
 */
export interface StoreView extends Omit<TenantQueries, "batches"> {
  batches: TenantQueries["batches"] & {
    figures(batchId: string): Promise<BatchFigures>;
    certificate: SystemBatches["certificate"];
  };
  journal: SharedReads["journal"] & {
    read(runId: string, afterSeq: number, limit: number): Promise<Event[]>;
  };
  signals: SharedReads["signals"];
}

export interface Tenants {
  /** The view of one scope. */
  of(scope: Scope): StoreView;
  close(): Promise<void>;
}

const scopesKept = 500;

/** The views of scopes, over one pool whose connections are in the tenants' role from their start. */
export function openTenants(
  options: { url: string; onError: (error: Error) => void; maxConnections?: number },
  shared: SharedReads,
): Tenants {
  const pool = openPool({
    url: options.url,
    max: options.maxConnections ?? 10,
    name: "flotilla-tenant",
    settings: `-c role=${tenantRole}`,
    onError: options.onError,
  });
  const views = new LruMap<string, StoreView>(scopesKept);
  return {
    of(scope) {
      const key = `${scope.organisation} ${scope.environment}`;
      const view = views.get(key) ?? openView(scopedPool(pool, scope), scope, shared);
      views.set(key, view);
      return view;
    },
    close: () => pool.end(),
  };
}

function openView(
  pool: pg.Pool,
  scope: Scope,
  { journal, batches, signals }: SharedReads,
): StoreView {
  const own = tenantQueries(pool, scope);
  return {
    ...own,
    batches: { ...own.batches, figures: batches.figures, certificate: batches.certificate },
    journal: {
      read: (runId, afterSeq, limit) => readEvents(pool, runId, afterSeq, limit),
      readNext: journal.readNext,
    },
    signals: { watch: signals.watch },
  };
}
