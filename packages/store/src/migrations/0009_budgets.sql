-- What may be spent: by whom, on what, in which period.
CREATE TABLE budget (
  id text PRIMARY KEY,
  -- Null: for whichever organisation; agents and models only.
  org_id text,
  level text NOT NULL CHECK (level IN ('organisation', 'user', 'agent', 'model')),
  subject text NOT NULL,
  period text NOT NULL CHECK (period IN ('day', 'month', 'total')),
  limit_micros bigint NOT NULL CHECK (limit_micros > 0),
  alert_percent integer NOT NULL CHECK (alert_percent BETWEEN 1 AND 100),
  strict boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK (level IN ('agent', 'model') OR org_id IS NOT NULL)
);
CREATE UNIQUE INDEX budget_once ON budget (level, subject, coalesce(org_id, ''), period);

-- Charges of a budget's present period, as far as they were rolled up. Locked by whoever leases.
CREATE TABLE budget_account (
  budget_id text PRIMARY KEY,
  period_start date NOT NULL,
  spent_micros bigint NOT NULL,
  alerted_at timestamptz,
  spent_at timestamptz
);

-- What each worker may spend of a budget without asking.
CREATE TABLE budget_lease (
  budget_id text NOT NULL,
  worker text NOT NULL,
  micros bigint NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (budget_id, worker)
);

-- Budgets and those of batches alike, with the period of the moment (UTC).
CREATE VIEW budget_scope AS
SELECT id, org_id, level, subject, period, limit_micros, alert_percent, strict,
  CASE period
    WHEN 'day' THEN (now() AT TIME ZONE 'UTC')::date
    WHEN 'month' THEN date_trunc('month', now() AT TIME ZONE 'UTC')::date
    ELSE date '0001-01-01'
  END AS period_start,
  CASE period
    WHEN 'day' THEN (date_trunc('day', now() AT TIME ZONE 'UTC') + interval '1 day') AT TIME ZONE 'UTC'
    WHEN 'month' THEN
      (date_trunc('month', now() AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC'
  END AS period_end
FROM budget
UNION ALL
SELECT id, org_id, 'batch', id, 'total', budget_micros, 80, false, date '0001-01-01', NULL
FROM batch WHERE budget_micros IS NOT NULL;

-- Whether a budget covers what was spent for these. One expression, so that the planner sees into it.
CREATE FUNCTION budget_covers(
  scope budget_scope, org_id text, user_name text, agent_name text, batch_id text, model text
) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT (scope.org_id IS NULL OR scope.org_id = org_id) AND scope.subject = CASE scope.level
    WHEN 'organisation' THEN org_id
    WHEN 'user' THEN user_name
    WHEN 'agent' THEN agent_name
    WHEN 'model' THEN model
    ELSE batch_id
  END
$$;

-- The budget that a run waits for.
ALTER TABLE run ADD COLUMN waiting_budget text;
CREATE INDEX run_waiting_budget ON run (waiting_budget) WHERE waiting_budget IS NOT NULL;
-- The budget that stopped a batch: its own, or one that covers it.
ALTER TABLE batch ADD COLUMN paused_budget text;
