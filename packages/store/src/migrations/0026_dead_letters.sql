-- A dead letter is a failed run, or a bad row of a batch, that was neither replayed nor discarded. Nothing is
-- copied: the columns are written in the statement that appends run.failed; see core/src/dead-letter.ts.
ALTER TABLE run
  -- The same for errors that are the same but for ids, numbers and places; null: it has not failed.
  ADD COLUMN fingerprint text,
  ADD COLUMN cause text
    CHECK (cause IN ('exhausted', 'unrecoverable', 'poison', 'worker_killed')),
  ADD COLUMN discarded_at timestamptz,
  ADD COLUMN discarded_by text,
  ADD COLUMN discard_reason text;

ALTER TABLE batch_row
  ADD COLUMN fingerprint text,
  ADD COLUMN discarded_at timestamptz,
  ADD COLUMN discarded_by text,
  ADD COLUMN discard_reason text;

-- What failed before is grouped by its message as it is.
UPDATE run SET
  fingerprint = md5((error->>'code') || E'\n' || (error->>'message')),
  cause = CASE
    WHEN error->>'code' IN ('row_invalid', 'model_refused', 'context_overflow', 'capacity_never')
      THEN 'poison'
    WHEN error->>'class' = 'transient' THEN 'exhausted'
    ELSE 'unrecoverable' END
WHERE status = 'failed' AND error IS NOT NULL;
UPDATE batch_row SET
  fingerprint = md5((error->>'code') || E'\n' || (error->>'message'))
WHERE error IS NOT NULL;

-- Open letters: small, however many runs there are.
CREATE INDEX run_dead ON run (fingerprint, ended_at)
  WHERE fingerprint IS NOT NULL AND discarded_at IS NULL;
CREATE INDEX batch_row_dead ON batch_row (fingerprint)
  WHERE fingerprint IS NOT NULL AND discarded_at IS NULL;
