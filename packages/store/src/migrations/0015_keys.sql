-- API keys: what is kept of a secret is its SHA-256. A rotated key keeps the hash of the secret before
-- for as long as that is good.
CREATE TABLE api_key (
  id text PRIMARY KEY,
  org_id text NOT NULL,
  environment text NOT NULL CHECK (environment IN ('dev', 'staging', 'prod')),
  name text NOT NULL,
  role text NOT NULL,
  -- null: all that the role may.
  scopes text[],
  hint text NOT NULL,
  secret_hash bytea NOT NULL UNIQUE,
  former_hash bytea UNIQUE,
  former_until timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by text NOT NULL,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX api_key_by_tenant ON api_key (org_id, environment, id);
SELECT tenant_table('api_key');

-- Servers remember for some seconds whom a key stands for; a change is told to them: `key:<id>`.
CREATE FUNCTION tell_key_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('flotilla_access', 'key:' || OLD.id);
  RETURN NULL;
END $$;
CREATE TRIGGER key_changed AFTER DELETE OR UPDATE OF
  environment, role, scopes, secret_hash, former_hash, former_until, expires_at, revoked_at ON api_key
  FOR EACH ROW EXECUTE FUNCTION tell_key_changed();

CREATE TABLE invitation (
  id text PRIMARY KEY,
  org_id text NOT NULL,
  email text NOT NULL,
  role text NOT NULL,
  token_hash bytea NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by text NOT NULL,
  expires_at timestamptz NOT NULL,
  accepted_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX invitation_by_tenant ON invitation (org_id, id);
CREATE INDEX invitation_by_email ON invitation (email);
SELECT tenant_table('invitation');

-- The links by which the first owner comes in.
CREATE TABLE admin_link (
  token_hash bytea PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
SELECT system_table('admin_link');

-- A role that changes is told to the servers, too: `user:<id>`.
CREATE FUNCTION tell_member_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('flotilla_access', 'user:' || coalesce(NEW.user_id, OLD.user_id));
  RETURN NULL;
END $$;
CREATE TRIGGER member_changed AFTER INSERT OR UPDATE OR DELETE ON member
  FOR EACH ROW EXECUTE FUNCTION tell_member_changed();
