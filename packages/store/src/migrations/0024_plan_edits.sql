-- Edits of plans whose runs a worker holds: it takes them into the journal at its next step.
CREATE TABLE plan_edit (
  run_id text NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  edit_no integer NOT NULL,
  org_id text NOT NULL,
  environment text NOT NULL,
  -- The version of the plan that it was made for.
  version integer NOT NULL CHECK (version > 0),
  edits json NOT NULL,
  by_name text NOT NULL,
  reason text,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (run_id, edit_no)
);
SELECT tenant_table('plan_edit');
