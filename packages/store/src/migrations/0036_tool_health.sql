-- How the tools are doing in each organisation, for all workers: breakers, failures, time. Written when a call fails and once a
-- second for those that were answered; see core/src/tool-health.ts.
CREATE TABLE tool_health (
  org_id text NOT NULL,
  tool text NOT NULL,
  failures_in_a_row integer NOT NULL DEFAULT 0,
  opened integer NOT NULL DEFAULT 0,
  open_until timestamptz,
  probe_until timestamptz,
  last_error text,
  last_error_at timestamptz,
  answered bigint NOT NULL DEFAULT 0,
  failed bigint NOT NULL DEFAULT 0,
  recent_calls double precision NOT NULL DEFAULT 0,
  recent_failures double precision NOT NULL DEFAULT 0,
  noted_at timestamptz NOT NULL DEFAULT now(),
  mean_ms double precision,
  PRIMARY KEY (org_id, tool)
);
SELECT tenant_table('tool_health', NULL, 'SELECT');
