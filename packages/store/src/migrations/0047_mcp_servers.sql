-- Servers whose tools runs call over the Model Context Protocol.
CREATE TABLE mcp_server (
  id text PRIMARY KEY,
  org_id text NOT NULL,
  environment text NOT NULL CHECK (environment IN ('dev', 'staging', 'prod')),
  name text NOT NULL,
  transport json NOT NULL,
  -- Of the transport in canonical form.
  hash text NOT NULL,
  -- Which of its tools may be used, as globs.
  tools json NOT NULL,
  risks json NOT NULL,
  sampling boolean NOT NULL,
  timeout_seconds integer NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  -- The transport that somebody approved; another one is not used.
  approved_hash text,
  approved_by text,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz,
  about json,
  error text,
  UNIQUE (org_id, environment, name)
);
SELECT tenant_table('mcp_server');

-- What its tools say, and what was approved of that: models are shown what was approved and nothing else.
CREATE TABLE mcp_tool (
  server_id text NOT NULL REFERENCES mcp_server (id) ON DELETE CASCADE,
  org_id text NOT NULL,
  environment text NOT NULL,
  -- The server's own name.
  tool text NOT NULL,
  -- What models call it by.
  name text NOT NULL,
  pinned json,
  pinned_hash text,
  approved_by text,
  approved_at timestamptz,
  seen json,
  seen_hash text,
  PRIMARY KEY (server_id, tool),
  UNIQUE (server_id, name)
);
SELECT tenant_table('mcp_tool');
