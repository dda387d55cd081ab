-- Requests that must have their effect once: what was answered to one is answered to its repetition.

CREATE TABLE idempotency_key (
  org_id text NOT NULL,
  environment text NOT NULL,
  -- Keys of one caller are not those of another.
  caller text NOT NULL,
  key text NOT NULL,
  -- SHA-256 of method, address and body.
  request text NOT NULL,
  -- The server's own name for the attempt that is under way, or was the last.
  attempt text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  attempted_at timestamptz NOT NULL DEFAULT now(),
  -- Null until it was answered.
  status integer,
  -- Null where the answer is not kept: it held a secret.
  answer json,
  PRIMARY KEY (org_id, environment, caller, key)
);
CREATE INDEX idempotency_key_by_age ON idempotency_key (created_at);
SELECT tenant_table('idempotency_key');
