-- Every change of an organisation's tool rules makes a new version of them. A rule is of the versions from the one
-- that began it up to the one that ended it; only rules without an end decide.
ALTER TABLE tool_rule
  ADD COLUMN conditions json,
  ADD COLUMN note text,
  ADD COLUMN enabled boolean NOT NULL DEFAULT true,
  ADD COLUMN since_version integer NOT NULL DEFAULT 1,
  ADD COLUMN until_version integer,
  DROP CONSTRAINT tool_rule_pkey,
  ADD PRIMARY KEY (org_id, id, since_version);
ALTER TABLE tool_rule ALTER COLUMN since_version DROP DEFAULT;
DROP INDEX tool_rule_by_organisation;
CREATE INDEX tool_rule_now ON tool_rule (org_id, id) WHERE until_version IS NULL;

-- An organisation's version now: whoever changes its rules changes this row first.
CREATE TABLE tool_policy (
  org_id text PRIMARY KEY,
  version integer NOT NULL
);
SELECT tenant_table('tool_policy');

CREATE TABLE tool_policy_version (
  org_id text NOT NULL,
  version integer NOT NULL,
  by_name text NOT NULL,
  note text,
  added integer NOT NULL,
  changed integer NOT NULL,
  removed integer NOT NULL,
  -- Calls, each with what the rules must make of it. Null: those of the version before.
  examples json,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, version)
);
SELECT tenant_table('tool_policy_version');

INSERT INTO tool_policy (org_id, version) SELECT DISTINCT org_id, 1 FROM tool_rule;
INSERT INTO tool_policy_version (org_id, version, by_name, note, added, changed, removed)
SELECT org_id, 1, 'flotilla', 'The rules that there were.', count(*), 0, 0
FROM tool_rule GROUP BY org_id;
