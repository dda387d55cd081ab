-- How the targets of model calls are doing, for all workers: breakers, pauses, speed. Written when a
-- call fails and once a second for those that were answered; see core/src/target-health.ts.
CREATE TABLE target_health (
  model text PRIMARY KEY,
  org_id text NOT NULL DEFAULT 'default',
  failures_in_a_row integer NOT NULL DEFAULT 0,
  opened integer NOT NULL DEFAULT 0,
  open_until timestamptz,
  probe_until timestamptz,
  paused_until timestamptz,
  last_error text,
  last_error_at timestamptz,
  answered bigint NOT NULL DEFAULT 0,
  failed bigint NOT NULL DEFAULT 0,
  failovers bigint NOT NULL DEFAULT 0,
  recent_calls double precision NOT NULL DEFAULT 0,
  recent_failures double precision NOT NULL DEFAULT 0,
  noted_at timestamptz NOT NULL DEFAULT now(),
  first_token_ms double precision,
  tokens_per_second double precision
);
