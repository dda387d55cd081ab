-- Who did what, when and from where. Appended by the platform itself; a tenant reads its own, and nobody
-- changes what was written.
CREATE TABLE activity (
  id text PRIMARY KEY,
  org_id text NOT NULL,
  -- Not a tenant's condition: an organisation's activity is of all its environments.
  scope_environment text NOT NULL,
  at timestamptz NOT NULL,
  actor_kind text NOT NULL CHECK (actor_kind IN ('local', 'user', 'key', 'service', 'unknown')),
  actor_id text NOT NULL,
  actor_name text NOT NULL,
  action text NOT NULL,
  operation text,
  resource text,
  outcome text NOT NULL CHECK (outcome IN ('allowed', 'refused', 'failed')),
  status integer,
  request_id text,
  trace_id text,
  ip text,
  user_agent text,
  details json
);
CREATE INDEX activity_by_tenant ON activity (org_id, id);
CREATE INDEX activity_by_actor ON activity (actor_id, id);
CREATE INDEX activity_by_action ON activity (action, id);
CREATE INDEX activity_by_resource ON activity (resource text_pattern_ops, id);

CREATE FUNCTION refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what was written to % is not changed', TG_TABLE_NAME;
END $$;
CREATE TRIGGER activity_append_only BEFORE UPDATE ON activity
  FOR EACH ROW EXECUTE FUNCTION refuse_update();

SELECT tenant_table('activity', NULL, 'SELECT');

-- What a user likes: his own, in whatever organisation he is.
CREATE TABLE preference (
  owner text PRIMARY KEY,
  settings json NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now()
);
SELECT system_table('preference');
