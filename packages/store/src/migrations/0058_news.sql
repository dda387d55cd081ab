-- What is new for somebody is read from what is there anyway. Kept besides is only how far he has seen it.
CREATE TABLE news_mark (
  org_id text NOT NULL,
  environment text NOT NULL CHECK (environment IN ('dev', 'staging', 'prod')),
  -- As in preference: the kind of caller and his id.
  owner text NOT NULL,
  seen_until timestamptz NOT NULL,
  PRIMARY KEY (org_id, environment, owner)
);
SELECT tenant_table('news_mark');

-- The runs of somebody that have ended, those of batches and the parts of others left out.
CREATE INDEX run_news ON run (user_name, ended_at)
  WHERE status IN ('completed', 'failed') AND batch_id IS NULL AND parent_id IS NULL;

-- Since when somebody has to sign in, and since when a tool says something else than what was approved.
ALTER TABLE mcp_sign_in ADD COLUMN needed_at timestamptz;
UPDATE mcp_sign_in SET needed_at = now() WHERE needed IS NOT NULL;
ALTER TABLE mcp_tool ADD COLUMN differs_since timestamptz;
UPDATE mcp_tool SET differs_since = now() WHERE seen_hash <> pinned_hash;

CREATE FUNCTION note_needed_sign_in() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.needed_at := CASE WHEN NEW.needed IS NOT NULL THEN coalesce(OLD.needed_at, now()) END;
  RETURN NEW;
END $$;
CREATE TRIGGER mcp_sign_in_needed BEFORE INSERT OR UPDATE ON mcp_sign_in
  FOR EACH ROW EXECUTE FUNCTION note_needed_sign_in();

CREATE FUNCTION note_other_tool() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.differs_since := CASE WHEN NEW.seen_hash <> NEW.pinned_hash THEN
    CASE WHEN NEW.seen_hash IS DISTINCT FROM OLD.seen_hash THEN now()
      ELSE coalesce(OLD.differs_since, now()) END
  END;
  RETURN NEW;
END $$;
CREATE TRIGGER mcp_tool_other BEFORE INSERT OR UPDATE ON mcp_tool
  FOR EACH ROW EXECUTE FUNCTION note_other_tool();
