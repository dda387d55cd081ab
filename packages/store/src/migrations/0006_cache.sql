-- Answers of models, given once, for calls that are the same. A row without a message is a claim: the
-- worker `asked_by` makes the call now. A claim counts as long as its worker has its row.
CREATE TABLE cached_answer (
  org_id text NOT NULL,
  -- SHA-256 of the canonical request.
  key text NOT NULL,
  asked_by text,
  model text,
  message json,
  finish text,
  usage json,
  cost_micros bigint,
  bytes integer NOT NULL DEFAULT 0,
  hits integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  used_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, key),
  CHECK ((message IS NULL) = (asked_by IS NOT NULL))
);
CREATE INDEX cached_answer_by_expiry ON cached_answer (expires_at);
-- With the size, so that the sum of all needs the index alone.
CREATE INDEX cached_answer_by_use ON cached_answer (used_at) INCLUDE (bytes);

-- What the cache has done, by day.
CREATE TABLE cache_use (
  org_id text NOT NULL,
  day date NOT NULL DEFAULT current_date,
  hits bigint NOT NULL DEFAULT 0,
  shared bigint NOT NULL DEFAULT 0,
  misses bigint NOT NULL DEFAULT 0,
  saved_micros bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (org_id, day)
);
