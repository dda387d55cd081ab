-- What a caller notes of a run, as lists find it: text equality is leakproof, so row-level security leaves the
-- index its use, which it does not with operators of jsonb. A run without notes has no row here.
CREATE TABLE run_metadata (
  run_id text NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  key text NOT NULL,
  value text NOT NULL,
  org_id text NOT NULL,
  environment text NOT NULL CHECK (environment IN ('dev', 'staging', 'prod')),
  PRIMARY KEY (run_id, key)
);
CREATE INDEX run_metadata_by_value ON run_metadata (key, value, run_id);
SELECT tenant_table('run_metadata');

-- Of the runs that are there. What text cannot hold stays in the journal alone.
INSERT INTO run_metadata (run_id, key, value, org_id, environment)
SELECT run_id, note.key, note.value, org_id, environment
FROM event, json_each_text(data #> '{request,metadata}') AS note
WHERE type = 'run.created' AND (data #>> '{request,metadata}') NOT LIKE '%\\u0000%'
  AND json_typeof(data #> '{request,metadata}') = 'object'
ON CONFLICT DO NOTHING;
