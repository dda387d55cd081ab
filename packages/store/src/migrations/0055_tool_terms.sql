-- On which terms tools are called, over all workers together. When the last calls of a tool began, or will begin.
CREATE TABLE tool_pace (
  org_id text NOT NULL,
  tool text NOT NULL,
  starts timestamptz[] NOT NULL,
  PRIMARY KEY (org_id, tool)
);
SELECT system_table('tool_pace');

-- Calls under way of tools that share a number of places. A place whose time is over is free.
CREATE TABLE tool_slot (
  org_id text NOT NULL,
  group_name text NOT NULL,
  slot integer NOT NULL,
  holder text NOT NULL,
  until timestamptz NOT NULL,
  PRIMARY KEY (org_id, group_name, slot)
);
SELECT system_table('tool_slot');

-- Results that answer the same input again.
CREATE TABLE tool_answer (
  org_id text NOT NULL,
  environment text NOT NULL CHECK (environment IN ('dev', 'staging', 'prod')),
  key text NOT NULL,
  output json NOT NULL,
  labels text[] NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (org_id, environment, key)
);
CREATE INDEX tool_answer_expiry ON tool_answer (expires_at);
SELECT tenant_table('tool_answer', NULL, 'SELECT');

-- What became of calls, by the hour. `buckets` counts them by time, up to each of the bounds of core/src/tool-usage.ts, and above.
CREATE TABLE tool_usage (
  org_id text NOT NULL,
  environment text NOT NULL CHECK (environment IN ('dev', 'staging', 'prod')),
  tool text NOT NULL,
  hour timestamptz NOT NULL,
  calls bigint NOT NULL,
  failed bigint NOT NULL,
  cached bigint NOT NULL,
  waited_ms bigint NOT NULL,
  took_ms bigint NOT NULL,
  cost_micros bigint NOT NULL,
  buckets bigint[] NOT NULL,
  PRIMARY KEY (org_id, environment, tool, hour)
);
SELECT tenant_table('tool_usage', NULL, 'SELECT');
