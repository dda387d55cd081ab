-- How often each tool rule has decided about a call of a run, by the hour.
CREATE TABLE tool_rule_hit (
  org_id text NOT NULL,
  environment text NOT NULL CHECK (environment IN ('dev', 'staging', 'prod')),
  rule_id text NOT NULL,
  hour timestamptz NOT NULL,
  allowed bigint NOT NULL,
  asked bigint NOT NULL,
  denied bigint NOT NULL,
  PRIMARY KEY (org_id, environment, rule_id, hour)
);
SELECT tenant_table('tool_rule_hit', NULL, 'SELECT');
