-- Batches that were, or are to be, handed to a provider's batch endpoint.
CREATE TABLE provider_batch (
  id text PRIMARY KEY,
  org_id text NOT NULL DEFAULT 'default',
  -- provider/model
  model text NOT NULL,
  status text NOT NULL CHECK (status IN ('submitting', 'running', 'ended')),
  -- The provider's own id, once it has said one.
  provider_id text,
  calls integer NOT NULL,
  ended_calls integer NOT NULL DEFAULT 0,
  error json,
  -- What is not answered by then is asked the usual way.
  give_up_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- Somebody has tried to submit it.
  tried boolean NOT NULL DEFAULT false,
  submitted_at timestamptz,
  ended_at timestamptz,
  -- Not to be looked at before; moved on by whoever looks, so that one worker does.
  look_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX provider_batch_open ON provider_batch (look_at) WHERE status <> 'ended';

-- A model call that waits for a provider's batch endpoint, or was answered by it.
CREATE TABLE provider_call (
  run_id text NOT NULL,
  step integer NOT NULL,
  org_id text NOT NULL DEFAULT 'default',
  model text NOT NULL,
  request json NOT NULL,
  give_up_at timestamptz NOT NULL,
  batch_id text REFERENCES provider_batch (id) ON DELETE CASCADE,
  outcome json,
  queued_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (run_id, step)
);
CREATE INDEX provider_call_queued ON provider_call (model, queued_at) WHERE batch_id IS NULL;
CREATE INDEX provider_call_of_batch ON provider_call (batch_id);
