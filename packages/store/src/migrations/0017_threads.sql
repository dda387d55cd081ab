-- A conversation: runs append to it, and each goes on from an earlier one. What was said is in their
-- journals alone.
CREATE TABLE thread (
  id text PRIMARY KEY,
  org_id text NOT NULL DEFAULT 'default',
  environment text NOT NULL DEFAULT 'prod' CHECK (environment IN ('dev', 'staging', 'prod')),
  agent_name text,
  title text NOT NULL,
  metadata json NOT NULL,
  created_at timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
  -- When it was last written to: the place of a thread in lists, and what retention goes by.
  updated_at timestamptz NOT NULL DEFAULT date_trunc('milliseconds', now()),
  archived_at timestamptz
);
CREATE INDEX thread_by_activity ON thread (org_id, environment, updated_at DESC, id DESC);
SELECT tenant_table('thread');

ALTER TABLE run
  ADD COLUMN thread_id text,
  -- The run it goes on from, of a thread or not.
  ADD COLUMN after_run text,
  -- Model steps of the conversation before it.
  ADD COLUMN history_steps integer NOT NULL DEFAULT 0,
  -- It waits until the runs of its thread before it have ended, and is in no queue.
  ADD COLUMN held boolean NOT NULL DEFAULT false;
CREATE INDEX run_by_thread ON run (thread_id, id) WHERE thread_id IS NOT NULL;
CREATE INDEX run_held ON run (id) WHERE held AND status = 'pending';
