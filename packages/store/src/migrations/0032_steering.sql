-- Steering: a pause that somebody wants of a run, and what he has to say to it while a worker holds it.
ALTER TABLE run
  ADD COLUMN pause_by text,
  ADD COLUMN pause_reason text,
  -- How many of outside_event wait for it. In the run's own row, so that whoever ends the run sees the newest
  -- number, whichever of the two comes first.
  ADD COLUMN outside_events integer NOT NULL DEFAULT 0;

-- Events from outside of a run that a worker holds, which alone gives places in its journal. It takes them in at
-- the run's next step.
CREATE TABLE outside_event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id text NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  org_id text NOT NULL,
  environment text NOT NULL,
  type text NOT NULL,
  data json NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX outside_event_of ON outside_event (run_id, id);
SELECT tenant_table('outside_event');

-- What people think of answers and calls: the events feedback.given, for lists over runs.
CREATE TABLE feedback (
  id text PRIMARY KEY,
  run_id text NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  org_id text NOT NULL,
  environment text NOT NULL,
  agent_name text NOT NULL,
  agent_version integer NOT NULL,
  target json NOT NULL,
  rating double precision,
  correction json,
  comment text,
  given_by text NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX feedback_by_tenant ON feedback (org_id, environment, id);
CREATE INDEX feedback_of ON feedback (run_id, id);
SELECT tenant_table('feedback', NULL, 'SELECT, INSERT');
