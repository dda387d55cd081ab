-- What runs have made that is too large for the journal. The content is elsewhere: `location` names
-- the storage, and the key in it follows from run and id. No foreign key: rows go with the run.
CREATE TABLE artifact (
  id text PRIMARY KEY,
  org_id text NOT NULL DEFAULT 'default',
  run_id text NOT NULL,
  name text NOT NULL,
  media_type text NOT NULL,
  bytes bigint NOT NULL CHECK (bytes >= 0),
  sha256 text NOT NULL,
  location text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX artifact_by_run ON artifact (run_id, id);
