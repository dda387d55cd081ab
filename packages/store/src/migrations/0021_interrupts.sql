-- What waits, or has waited, for a person. The journal is the truth; the row is written in the
-- statement that appends the wait, and is what inboxes, reminders and answers look at.
CREATE TABLE interrupt (
  run_id text NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  id text NOT NULL,
  org_id text NOT NULL,
  environment text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('effect_outcome', 'approval', 'question', 'plan_review')),
  -- withdrawn: its run has ended without an answer.
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'answered', 'expired', 'withdrawn')),
  agent_name text NOT NULL,
  agent_version integer NOT NULL,
  batch_id text,
  row_no integer,
  prompt text NOT NULL,
  tool text,
  -- Of what is approved: an answer names it.
  digest text,
  -- Who is asked; both null: whoever may answer. An escalation changes it.
  audience_role text,
  audience_user text,
  -- Nobody else may answer.
  assignee text,
  raised_at timestamptz NOT NULL,
  expires_at timestamptz,
  remind_seconds integer CHECK (remind_seconds > 0),
  remind_at timestamptz,
  escalate_at timestamptz,
  escalate_to text,
  escalated_at timestamptz,
  ended_at timestamptz,
  ended_by text,
  -- What the answer was: approve, edit, reject and so on.
  action text,
  -- When something has to be done about it, though nobody answers.
  due_at timestamptz GENERATED ALWAYS AS (least(expires_at, remind_at, escalate_at)) STORED,
  PRIMARY KEY (run_id, id)
);
CREATE INDEX interrupt_by_tenant ON interrupt (org_id, environment, state, id);
CREATE INDEX interrupt_by_id ON interrupt (id);
CREATE INDEX interrupt_open ON interrupt (id) WHERE state = 'open';
CREATE INDEX interrupt_due ON interrupt (due_at) WHERE state = 'open' AND due_at IS NOT NULL;
SELECT tenant_table('interrupt');

CREATE TABLE interrupt_comment (
  id text PRIMARY KEY,
  org_id text NOT NULL,
  environment text NOT NULL,
  run_id text NOT NULL,
  interrupt_id text NOT NULL,
  user_id text,
  -- Who said it, as he was called then.
  by_name text NOT NULL,
  text text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (run_id, interrupt_id) REFERENCES interrupt (run_id, id) ON DELETE CASCADE
);
CREATE INDEX interrupt_comment_of ON interrupt_comment (run_id, interrupt_id, id);
SELECT tenant_table('interrupt_comment');

-- However a run ends, nobody needs to answer any more what it had asked.
CREATE FUNCTION withdraw_interrupts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE interrupt SET state = 'withdrawn', ended_at = now()
  WHERE run_id = NEW.id AND state = 'open';
  IF FOUND THEN
    PERFORM pg_notify('flotilla_interrupt', NEW.id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER run_ends_without_answer AFTER UPDATE OF status ON run
  FOR EACH ROW
  WHEN (NEW.status IN ('failed', 'cancelled') AND OLD.status NOT IN ('failed', 'cancelled'))
  EXECUTE FUNCTION withdraw_interrupts();

-- What waits now, from the journals. A text that holds what the database cannot, it does not read.
INSERT INTO interrupt (
  run_id, id, org_id, environment, kind, agent_name, agent_version, batch_id, row_no, prompt, raised_at
)
SELECT r.id, i.id, r.org_id, r.environment, 'effect_outcome', r.agent_name,
  r.agent_version, r.batch_id, r.row_no, CASE
    WHEN e.data::text ~* '\\u(0000|d[89a-f])' THEN 'Did the call take effect?'
    ELSE e.data->>'prompt'
  END, e.at
FROM run r
JOIN event e ON e.run_id = r.id AND e.type = 'interrupt.raised'
CROSS JOIN LATERAL (
  SELECT substring(e.data::text from '"interruptId" *: *"([^"\\]+)"') AS id
) AS i
WHERE r.status = 'waiting' AND r.wake_at IS NULL AND r.waiting_budget IS NULL
  AND NOT EXISTS (
    SELECT FROM event a
    WHERE a.run_id = r.id AND a.seq > e.seq AND a.type = 'interrupt.answered'
      AND strpos(a.data::text, '"' || i.id || '"') > 0
  )
ON CONFLICT DO NOTHING;

-- Which calls of tools are made, asked about first, or not made, for all agents, one, or one run.
CREATE TABLE tool_rule (
  id text PRIMARY KEY,
  org_id text NOT NULL,
  effect text NOT NULL CHECK (effect IN ('allow', 'ask', 'deny')),
  tool text NOT NULL,
  agent_name text,
  run_id text REFERENCES run (id) ON DELETE CASCADE,
  -- Not a tenant's condition: an organisation's rules are of all its environments.
  in_environment text CHECK (in_environment IN ('dev', 'staging', 'prod')),
  by_name text NOT NULL,
  -- The approval that it was written with.
  interrupt_id text,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX tool_rule_by_organisation ON tool_rule (org_id, id);
CREATE INDEX tool_rule_of_run ON tool_rule (run_id) WHERE run_id IS NOT NULL;
SELECT tenant_table('tool_rule');
