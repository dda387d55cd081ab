-- Connections: systems of somebody's that tools may use. What opens one is a credential.
CREATE TABLE connection (
  id text PRIMARY KEY,
  org_id text NOT NULL,
  environment text NOT NULL CHECK (environment IN ('dev', 'staging', 'prod')),
  name text NOT NULL,
  description text NOT NULL,
  -- By kind: servers, addresses.
  settings json NOT NULL,
  -- Its name; null: it is open to all.
  credential text,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  tested_at timestamptz,
  -- What the test was refused with; empty when it was let in.
  test_message text,
  UNIQUE (org_id, environment, name)
);
SELECT tenant_table('connection');
