-- Organisations, who is what to them, and the exceptions from what their roles may.
CREATE TABLE organisation (
  id text PRIMARY KEY,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
SELECT tenant_table(
  'organisation', 'id = current_setting(''flotilla.org'', true)', 'SELECT, UPDATE');
-- The home organisation: its owners, admins and operators look after the instance too.
INSERT INTO organisation (id, name) VALUES ('default', 'Home');

CREATE TABLE member (
  org_id text NOT NULL,
  user_id text NOT NULL,
  role text NOT NULL
    CHECK (role IN ('owner', 'admin', 'builder', 'operator', 'approver', 'viewer')),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (org_id, user_id)
);
CREATE INDEX member_by_user ON member (user_id);
SELECT tenant_table('member');

CREATE TABLE access_rule (
  id text PRIMARY KEY,
  org_id text NOT NULL,
  effect text NOT NULL CHECK (effect IN ('allow', 'deny')),
  -- RuleSubject.
  who json NOT NULL,
  permission text NOT NULL,
  resource text NOT NULL,
  -- Null: in every one.
  in_environment text CHECK (in_environment IN ('dev', 'staging', 'prod')),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX access_rule_by_org ON access_rule (org_id, id);
SELECT tenant_table('access_rule');
