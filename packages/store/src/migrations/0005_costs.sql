-- What model calls cost. A charge is written in the statement that appends its event and moved into
-- `cost_day` by the roll-up soon after, so it is counted exactly once, and the deletion of a run takes
-- no cost with it. No index: it is only ever read as a whole, and is small.
CREATE TABLE charge (
  at timestamptz NOT NULL DEFAULT now(),
  org_id text NOT NULL,
  user_name text NOT NULL,
  agent_name text NOT NULL,
  batch_id text NOT NULL,
  model text NOT NULL,
  priced text NOT NULL,
  failed boolean NOT NULL,
  estimated boolean NOT NULL,
  input_tokens integer NOT NULL,
  cached_input_tokens integer NOT NULL,
  cache_write_tokens integer NOT NULL,
  output_tokens integer NOT NULL,
  reasoning_tokens integer NOT NULL,
  -- Null: the price is unknown.
  cost_micros bigint,
  saved_micros bigint NOT NULL
);

-- Charges added up by day (UTC). An empty user or batch: without one.
CREATE TABLE cost_day (
  day date NOT NULL,
  org_id text NOT NULL,
  user_name text NOT NULL,
  agent_name text NOT NULL,
  batch_id text NOT NULL,
  model text NOT NULL,
  priced text NOT NULL,
  calls bigint NOT NULL,
  failed_calls bigint NOT NULL,
  estimated_calls bigint NOT NULL,
  unpriced_calls bigint NOT NULL,
  input_tokens bigint NOT NULL,
  cached_input_tokens bigint NOT NULL,
  cache_write_tokens bigint NOT NULL,
  output_tokens bigint NOT NULL,
  reasoning_tokens bigint NOT NULL,
  cost_micros bigint NOT NULL,
  -- The part of cost_micros that is estimated.
  estimated_micros bigint NOT NULL,
  saved_micros bigint NOT NULL,
  PRIMARY KEY (day, org_id, user_name, agent_name, batch_id, model, priced)
);

ALTER TABLE run ADD COLUMN unpriced_calls integer NOT NULL DEFAULT 0;
