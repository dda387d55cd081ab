-- Sessions of MCP clients of the protocol's revisions before 2026-07-28: what such a client has said of itself, so
-- that any server can go on with it.
CREATE TABLE mcp_session (
  id text PRIMARY KEY,
  org_id text NOT NULL,
  environment text NOT NULL CHECK (environment IN ('dev', 'staging', 'prod')),
  -- Whose it is: nobody else can use it.
  caller text NOT NULL,
  -- The parameters of its `initialize` request.
  opening json NOT NULL,
  -- The revision of the protocol that was agreed on.
  protocol text NOT NULL,
  log_level text,
  -- URIs of the resources of whose changes it wants to be told.
  subscriptions text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX mcp_session_by_tenant ON mcp_session (org_id, environment);
CREATE INDEX mcp_session_by_age ON mcp_session (seen_at);
SELECT tenant_table('mcp_session');
