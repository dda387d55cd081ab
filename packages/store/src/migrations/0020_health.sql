-- Errors that are the same but for ids, numbers and places. An empty org_id: the platform's own.
CREATE TABLE error_group (
  id text PRIMARY KEY,
  org_id text NOT NULL,
  fingerprint text NOT NULL,
  source text NOT NULL CHECK (source IN ('request', 'run', 'worker', 'process')),
  code text NOT NULL,
  title text NOT NULL,
  count bigint NOT NULL,
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  example json NOT NULL,
  resolved_at timestamptz,
  resolved_by text,
  reopened integer NOT NULL DEFAULT 0,
  UNIQUE (org_id, fingerprint)
);
CREATE INDEX error_group_by_time ON error_group (last_seen_at, id);
SELECT tenant_table('error_group', NULL, 'SELECT, UPDATE');

-- How the platform's components were, every ten seconds; kept for a day.
CREATE TABLE health_sample (
  component text NOT NULL,
  at timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('ok', 'degraded', 'down')),
  reason text,
  remedy text,
  figures json NOT NULL,
  PRIMARY KEY (component, at)
);
CREATE INDEX health_sample_by_time ON health_sample (at);
SELECT system_table('health_sample');

-- The same by the hour; kept for 90 days. Figures are means.
CREATE TABLE health_hour (
  component text NOT NULL,
  hour timestamptz NOT NULL,
  ok integer NOT NULL,
  degraded integer NOT NULL,
  down integer NOT NULL,
  reason text,
  figures json NOT NULL,
  PRIMARY KEY (component, hour)
);
SELECT system_table('health_hour');

-- One server at a time takes the samples: the one that moves this on.
CREATE TABLE health_turn (
  id boolean PRIMARY KEY DEFAULT true CHECK (id),
  at timestamptz NOT NULL
);
SELECT system_table('health_turn');

-- Levels of the log that were set at run time, over those of the configuration.
CREATE TABLE log_level (
  component text PRIMARY KEY,
  level text NOT NULL,
  set_by text NOT NULL,
  set_at timestamptz NOT NULL DEFAULT now()
);
SELECT system_table('log_level');

-- How long the worker's event loop was held up, at the 99th percentile since the beat before.
ALTER TABLE worker ADD COLUMN loop_delay_ms real NOT NULL DEFAULT 0;
