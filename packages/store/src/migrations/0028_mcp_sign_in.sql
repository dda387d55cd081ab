-- Sign-ins at the authorization servers of MCP servers. What was given is sealed before it comes here.
CREATE TABLE mcp_sign_in (
  server_id text NOT NULL,
  -- Of how the server is reached: tokens for one address are not used at another.
  hash text NOT NULL,
  org_id text NOT NULL,
  environment text NOT NULL CHECK (environment IN ('dev', 'staging', 'prod')),
  -- Why somebody has to sign in; null: nobody has to.
  needed text,
  wanted_scope text,
  issuer text,
  scope text,
  expires_at timestamptz,
  connected_by text,
  connected_at timestamptz,
  -- It rises with every set of tokens.
  version integer NOT NULL DEFAULT 0,
  -- The key of the vault that has wrapped the data key.
  key_id text,
  wrapped_key bytea,
  sealed bytea,
  -- Until then somebody has the right to renew the tokens.
  claimed_until timestamptz,
  PRIMARY KEY (server_id, hash),
  CHECK ((sealed IS NULL) = (key_id IS NULL) AND (sealed IS NULL) = (wrapped_key IS NULL))
);
CREATE INDEX mcp_sign_in_key ON mcp_sign_in (key_id) WHERE key_id IS NOT NULL;
SELECT tenant_table('mcp_sign_in');

-- A person on his way to an authorization server and back: used once, and not for long.
CREATE TABLE mcp_sign_in_attempt (
  -- The SHA-256 of what he brings back.
  id text PRIMARY KEY,
  server_id text NOT NULL,
  hash text NOT NULL,
  org_id text NOT NULL,
  environment text NOT NULL CHECK (environment IN ('dev', 'staging', 'prod')),
  -- The only one who may end it; null: whoever may use the server.
  user_id text,
  key_id text NOT NULL,
  wrapped_key bytea NOT NULL,
  sealed bytea NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX mcp_sign_in_attempt_by_age ON mcp_sign_in_attempt (expires_at);
SELECT tenant_table('mcp_sign_in_attempt');
