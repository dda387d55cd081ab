-- Every table carries org_id. There is one organisation until sign-in exists; row-level
-- security then needs no change of shape.

CREATE TABLE agent (
  id text PRIMARY KEY,
  org_id text NOT NULL DEFAULT 'default',
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  archived_at timestamptz,
  UNIQUE (org_id, name)
);

CREATE TABLE agent_version (
  agent_id text NOT NULL REFERENCES agent (id) ON DELETE CASCADE,
  version integer NOT NULL CHECK (version > 0),
  org_id text NOT NULL DEFAULT 'default',
  spec json NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (agent_id, version)
);

CREATE TABLE batch (
  id text PRIMARY KEY,
  org_id text NOT NULL DEFAULT 'default',
  name text NOT NULL,
  agent_id text NOT NULL,
  agent_version integer NOT NULL,
  template text NOT NULL,
  status text NOT NULL CHECK (status IN ('draft', 'running', 'paused', 'completed', 'cancelled')),
  paused_by text CHECK (paused_by IN ('person', 'budget')),
  concurrency integer NOT NULL CHECK (concurrency > 0),
  priority integer NOT NULL CHECK (priority BETWEEN 0 AND 9),
  budget_micros bigint CHECK (budget_micros > 0),
  row_count integer NOT NULL DEFAULT 0,
  -- Rows up to this number have been released into the queue (or were refused as bad).
  released_row integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  ended_at timestamptz,
  FOREIGN KEY (agent_id, agent_version) REFERENCES agent_version (agent_id, version)
);
CREATE INDEX batch_running ON batch (priority DESC, id) WHERE status = 'running';

-- One row of a batch's input. `error` is set when the row itself is bad; such a row has no run.
CREATE TABLE batch_row (
  batch_id text NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
  row_no integer NOT NULL CHECK (row_no > 0),
  org_id text NOT NULL DEFAULT 'default',
  line integer,
  data json NOT NULL,
  error json,
  run_id text,
  PRIMARY KEY (batch_id, row_no)
);

CREATE INDEX batch_row_bad ON batch_row (batch_id) WHERE error IS NOT NULL;

-- The projection of a run for lists and queues. The journal is the truth; this row is written
-- in the statement that appends the events it summarises.
CREATE TABLE run (
  id text PRIMARY KEY,
  org_id text NOT NULL DEFAULT 'default',
  agent_id text NOT NULL,
  agent_name text NOT NULL,
  agent_version integer NOT NULL,
  batch_id text,
  row_no integer,
  status text NOT NULL CHECK (
    status IN ('pending', 'running', 'waiting', 'completed', 'failed', 'cancelled')
  ),
  -- The first characters of the input, for lists.
  input text NOT NULL,
  output json,
  error json,
  -- The newest segment that was, or is to be, put into the queue.
  segment integer NOT NULL DEFAULT 1,
  -- When that segment entered the queue; null while it still has to.
  queued_at timestamptz,
  -- Not before this time (a durable back-off).
  wake_at timestamptz,
  -- Owner's token: an append with another epoch is refused.
  epoch integer NOT NULL DEFAULT 0,
  worker text,
  -- Live tokens are journaled for a person who watches from the start.
  interactive boolean NOT NULL DEFAULT false,
  cancel_by text,
  cancel_reason text,
  step_count integer NOT NULL DEFAULT 0,
  input_tokens bigint NOT NULL DEFAULT 0,
  output_tokens bigint NOT NULL DEFAULT 0,
  cost_micros bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  ended_at timestamptz,
  -- Transaction of the last change of status: the cursor of those who follow a batch.
  changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id()
) WITH (fillfactor = 70);
CREATE INDEX run_by_status ON run (status, id);
CREATE INDEX run_by_agent ON run (agent_name, id);
CREATE INDEX run_in_flight ON run (batch_id) WHERE batch_id IS NOT NULL AND status IN ('pending', 'running');
-- Segments due in the queue: small, however many runs wait for people.
CREATE INDEX run_due ON run (id)
  WHERE queued_at IS NULL AND status IN ('pending', 'running', 'waiting');
CREATE UNIQUE INDEX run_by_batch ON run (batch_id, row_no) WHERE batch_id IS NOT NULL;

-- The journal. No foreign key: the hot path inserts here, and only runs that exist are claimed.
-- `json`, not `jsonb`: stored as sent, so no text a tool returns (NUL, lone surrogates) is refused.
CREATE TABLE event (
  run_id text NOT NULL,
  seq integer NOT NULL,
  org_id text NOT NULL DEFAULT 'default',
  at timestamptz NOT NULL DEFAULT now(),
  type text NOT NULL,
  data json NOT NULL,
  PRIMARY KEY (run_id, seq)
);

CREATE TABLE worker (
  id text PRIMARY KEY,
  org_id text NOT NULL DEFAULT 'default',
  host text NOT NULL,
  pid integer NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  heartbeat_at timestamptz NOT NULL DEFAULT now(),
  active_runs integer NOT NULL DEFAULT 0,
  memory_bytes bigint NOT NULL DEFAULT 0
);
