-- Teams: a run may do a part of another one. Who began which, how they tell each other, and what they share.

ALTER TABLE run
  -- The run that it does a part of, and the one at the top of its tree; null: it is itself the top.
  ADD COLUMN parent_id text,
  ADD COLUMN root_id text,
  ADD COLUMN has_children boolean NOT NULL DEFAULT false,
  -- It waits until all of its children have ended, or any further one has.
  ADD COLUMN waits_for_children text CHECK (waits_for_children IN ('all', 'any')),
  -- Nobody has looked yet at its end, or at its wait for its children.
  ADD COLUMN tree_news boolean NOT NULL DEFAULT false,
  -- What lies below it, and has not ended, is still to be cancelled.
  ADD COLUMN cancel_tree boolean NOT NULL DEFAULT false,
  -- Messages of other agents lie here for it.
  ADD COLUMN has_mail boolean NOT NULL DEFAULT false;
CREATE INDEX run_by_parent ON run (parent_id, id) WHERE parent_id IS NOT NULL;
CREATE INDEX run_by_root ON run (root_id, id) WHERE root_id IS NOT NULL;
-- Work lists: both are empty most of the time, however many runs wait.
CREATE INDEX run_tree_news ON run (id) WHERE tree_news;
CREATE INDEX run_cancel_tree ON run (id) WHERE cancel_tree;

-- What the runs of a tree share. All versions of a key are kept.
CREATE TABLE blackboard (
  root_id text NOT NULL,
  org_id text NOT NULL,
  environment text NOT NULL,
  key text NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  value json NOT NULL,
  -- Who wrote it, by which call: a call that is repeated writes once.
  run_id text NOT NULL,
  agent_name text NOT NULL,
  call_id text NOT NULL,
  written_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (root_id, key, version),
  UNIQUE (run_id, call_id)
);
SELECT tenant_table('blackboard');

-- What agents of a tree tell each other. A message is kept after it was read, so that a call that is
-- repeated sends it once.
CREATE TABLE agent_message (
  from_run text NOT NULL,
  call_id text NOT NULL,
  org_id text NOT NULL,
  environment text NOT NULL,
  from_agent text NOT NULL,
  to_run text NOT NULL,
  text text NOT NULL,
  sent_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  read_at timestamptz,
  PRIMARY KEY (from_run, call_id)
);
CREATE INDEX agent_message_unread ON agent_message (to_run, sent_at) WHERE read_at IS NULL;
CREATE INDEX agent_message_to ON agent_message (to_run);
SELECT tenant_table('agent_message');
