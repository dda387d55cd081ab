-- A fork begins with a copy of another run's events and is a run of its own from then on.
ALTER TABLE run
  ADD COLUMN forked_from text,
  -- Its own events come after this one.
  ADD COLUMN fork_seq integer;
-- A run is kept as long as there are forks of it, or of one of those: they refer to its artifacts.
CREATE INDEX run_by_source ON run (forked_from) WHERE forked_from IS NOT NULL;
CREATE INDEX run_fork_history ON run (after_run)
  WHERE forked_from IS NOT NULL AND after_run IS NOT NULL;

-- A batch whose rows are forks: how each is made of the run that its row names.
ALTER TABLE batch
  ADD COLUMN fork json,
  -- How answers are held against what is known to be right.
  ADD COLUMN answer_check json;
ALTER TABLE batch_row ADD COLUMN source_run text;
