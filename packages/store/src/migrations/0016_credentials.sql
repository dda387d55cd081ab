-- Credentials: secrets of an environment, sealed before they come here.
CREATE TABLE credential (
  id text PRIMARY KEY,
  org_id text NOT NULL,
  environment text NOT NULL CHECK (environment IN ('dev', 'staging', 'prod')),
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('provider', 'header', 'basic', 'generic')),
  provider text CHECK ((kind = 'provider') = (provider IS NOT NULL)),
  description text NOT NULL,
  binding json NOT NULL,
  -- The one in use, of credential_version, and the key of the vault that wraps its data key.
  version integer NOT NULL,
  key_id text NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- When that version was set.
  rotated_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz,
  tested_at timestamptz,
  -- What the test was refused with; empty when it was taken.
  test_message text,
  UNIQUE (org_id, environment, name)
);
-- Which of several a provider's calls take, nobody could say.
CREATE UNIQUE INDEX credential_of_provider ON credential (org_id, environment, provider)
  WHERE provider IS NOT NULL;

CREATE TABLE credential_version (
  credential_id text NOT NULL REFERENCES credential (id) ON DELETE CASCADE,
  version integer NOT NULL,
  org_id text NOT NULL,
  environment text NOT NULL,
  -- The key of the vault that has wrapped the data key.
  key_id text NOT NULL,
  wrapped_key bytea NOT NULL,
  -- Nonce, cipher text and tag, under the data key.
  sealed bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (credential_id, version)
);
CREATE INDEX credential_version_key ON credential_version (key_id);

-- Who used which, for what and where; also what was refused. Outlives the credential.
CREATE TABLE credential_use (
  org_id text NOT NULL,
  environment text NOT NULL,
  credential_id text NOT NULL,
  version integer NOT NULL,
  at timestamptz NOT NULL,
  run_id text,
  used_by text NOT NULL,
  host text NOT NULL,
  method text NOT NULL,
  allowed boolean NOT NULL,
  -- Uses that were alike, within a second or two.
  uses integer NOT NULL
);
CREATE INDEX credential_use_of ON credential_use (credential_id, at DESC);
CREATE INDEX credential_use_at ON credential_use (at);

SELECT tenant_table('credential');
-- A version is never changed but by wrapping its data key anew, which is the platform's.
SELECT tenant_table('credential_version', NULL, 'SELECT, INSERT');
SELECT tenant_table('credential_use', NULL, 'SELECT');
