-- What starts runs and batches at times.
CREATE TABLE schedule (
  id text PRIMARY KEY,
  org_id text NOT NULL,
  environment text NOT NULL CHECK (environment IN ('dev', 'staging', 'prod')),
  name text NOT NULL,
  spec json NOT NULL,
  -- Of the spec, for what looks at many schedules.
  priority integer NOT NULL CHECK (priority BETWEEN 0 AND 9),
  history_days integer NOT NULL CHECK (history_days > 0),
  revision integer NOT NULL DEFAULT 1,
  -- Who changed it last: what it starts is started in that name.
  started_by json,
  user_name text,
  created_at timestamptz NOT NULL DEFAULT now(),
  changed_at timestamptz NOT NULL DEFAULT now(),
  paused_at timestamptz,
  paused_by text,
  paused_reason text,
  -- The first due time that nothing has become of yet; null while there is none, or it is paused.
  next_due_at timestamptz,
  -- When it must be looked at next: at that time with its jitter, or sooner.
  wake_at timestamptz,
  -- Starts wait until others have ended.
  blocked boolean NOT NULL DEFAULT false,
  CONSTRAINT schedule_by_name UNIQUE (org_id, environment, name)
);
CREATE INDEX schedule_by_wake ON schedule (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX schedule_blocked ON schedule (id) WHERE blocked;
SELECT tenant_table('schedule');

-- What became of each due time: one row, so one start at most.
CREATE TABLE schedule_start (
  schedule_id text NOT NULL REFERENCES schedule (id) ON DELETE CASCADE,
  due_at timestamptz NOT NULL,
  org_id text NOT NULL,
  environment text NOT NULL,
  cause text NOT NULL CHECK (cause IN ('due', 'catch_up', 'backfill', 'manual')),
  -- What is done when one before it has not ended.
  overlap text NOT NULL CHECK (overlap IN ('skip', 'queue', 'cancel', 'parallel')),
  outcome text NOT NULL CHECK (outcome IN ('queued', 'started', 'skipped', 'failed')),
  at timestamptz NOT NULL DEFAULT now(),
  run_id text,
  batch_id text,
  reason text,
  error json,
  -- Its run or batch had not ended when somebody last looked.
  open boolean NOT NULL DEFAULT false,
  PRIMARY KEY (schedule_id, due_at)
);
CREATE INDEX schedule_start_queued ON schedule_start (schedule_id, due_at)
  WHERE outcome = 'queued';
CREATE INDEX schedule_start_open ON schedule_start (schedule_id) WHERE open;
SELECT tenant_table('schedule_start');
