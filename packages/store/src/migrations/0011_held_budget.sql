-- What a queued call may cost at worst, held in the budgets that cover it until its outcome is known, and what
-- they go by. Beside its run's columns, so that they are added up without reading the runs.
ALTER TABLE provider_call ADD COLUMN most_micros bigint;
ALTER TABLE provider_call ADD COLUMN user_name text NOT NULL DEFAULT '';
ALTER TABLE provider_call ADD COLUMN agent_name text NOT NULL DEFAULT '';
-- The batch of its run; batch_id is the one at the provider.
ALTER TABLE provider_call ADD COLUMN run_batch_id text NOT NULL DEFAULT '';
CREATE INDEX provider_call_held
  ON provider_call (org_id, user_name, agent_name, run_batch_id, model) INCLUDE (most_micros)
  WHERE outcome IS NULL AND most_micros > 0;

-- What calls at providers' batch endpoints hold, by what budgets go by.
CREATE VIEW held_micros AS
SELECT org_id, user_name, agent_name, run_batch_id AS batch_id, model, sum(most_micros)::bigint AS micros
FROM provider_call
WHERE outcome IS NULL AND most_micros > 0
GROUP BY org_id, user_name, agent_name, run_batch_id, model;

-- The room that a run needs in the budget it waits for.
ALTER TABLE run ADD COLUMN waiting_micros bigint;
