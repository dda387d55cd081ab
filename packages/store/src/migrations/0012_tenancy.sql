-- Tenancy: what belongs to an organisation is seen by nobody else, whatever a statement says. The
-- connections on which requests are served are in the role flotilla_tenant, which sees the rows of the
-- scope that is set on them (flotilla.org, flotilla.environment), and none without one. The owner of
-- the tables serves the platform itself: workers, feeds, clean-up. See docs/access.md.

-- Roles are the server's, not the database's: it may be there, or be made by another database now.
DO $$
DECLARE
  needed text := CASE WHEN current_setting('server_version_num')::integer >= 160000
    THEN 'SET' ELSE 'MEMBER' END;
BEGIN
  FOR attempt IN 1..100 LOOP
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'flotilla_tenant') THEN
        CREATE ROLE flotilla_tenant NOLOGIN;
      END IF;
      IF NOT pg_has_role(current_user, 'flotilla_tenant', needed) THEN
        EXECUTE format('GRANT flotilla_tenant TO %I', current_user);
      END IF;
      EXIT;
    EXCEPTION
      WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'the user % may not make the role flotilla_tenant, which requests are served in. An administrator of the server runs these two statements, then start again: CREATE ROLE flotilla_tenant NOLOGIN; GRANT flotilla_tenant TO %;',
          quote_ident(current_user), quote_ident(current_user)
          USING ERRCODE = 'insufficient_privilege';
      -- "tuple concurrently updated" is an internal error.
      WHEN duplicate_object OR unique_violation OR internal_error THEN
        PERFORM pg_sleep(0.02);
    END;
  END LOOP;
  IF EXISTS (
    SELECT FROM pg_roles WHERE rolname = 'flotilla_tenant' AND (rolsuper OR rolbypassrls)
  ) THEN
    RAISE EXCEPTION 'the role flotilla_tenant sees past row-level security. An administrator of the server runs this statement, then start again: ALTER ROLE flotilla_tenant NOSUPERUSER NOBYPASSRLS;'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO flotilla_tenant', current_schema());
END $$;

-- For a table that only the platform itself may touch. The condition is a constant, so that plans stay
-- what they would be without it.
CREATE FUNCTION system_table(name regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
  EXECUTE format('CREATE POLICY system ON %s TO CURRENT_USER USING (true) WITH CHECK (true)', name);
  EXECUTE format('REVOKE ALL ON %s FROM PUBLIC', name);
END $$;

-- For a table whose rows belong to an organisation (org_id), and to one of its environments if it has
-- that column.
CREATE FUNCTION tenant_table(
  name regclass,
  -- What else makes a row the scope's own, where it has no org_id.
  condition text DEFAULT NULL,
  privileges text DEFAULT 'SELECT, INSERT, UPDATE, DELETE'
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM system_table(name);
  IF condition IS NULL THEN
    condition := 'org_id = current_setting(''flotilla.org'', true)';
    IF EXISTS (
      SELECT FROM pg_attribute
      WHERE attrelid = name AND attname = 'environment' AND NOT attisdropped
    ) THEN
      condition := condition || ' AND environment = current_setting(''flotilla.environment'', true)';
    END IF;
  END IF;
  EXECUTE format(
    'CREATE POLICY tenant ON %s TO flotilla_tenant USING (%s) WITH CHECK (%s)',
    name, condition, condition);
  EXECUTE format('GRANT %s ON %s TO flotilla_tenant', privileges, name);
END $$;

-- What is made and run in dev is not seen in prod.
ALTER TABLE agent ADD COLUMN environment text NOT NULL DEFAULT 'prod'
  CHECK (environment IN ('dev', 'staging', 'prod'));
ALTER TABLE agent DROP CONSTRAINT agent_org_id_name_key;
ALTER TABLE agent ADD CONSTRAINT agent_by_name UNIQUE (org_id, environment, name);
ALTER TABLE agent_version ADD COLUMN environment text NOT NULL DEFAULT 'prod';
ALTER TABLE batch ADD COLUMN environment text NOT NULL DEFAULT 'prod'
  CHECK (environment IN ('dev', 'staging', 'prod'));
ALTER TABLE batch_row ADD COLUMN environment text NOT NULL DEFAULT 'prod';
ALTER TABLE run ADD COLUMN environment text NOT NULL DEFAULT 'prod'
  CHECK (environment IN ('dev', 'staging', 'prod'));
ALTER TABLE event ADD COLUMN environment text NOT NULL DEFAULT 'prod';
ALTER TABLE artifact ADD COLUMN environment text NOT NULL DEFAULT 'prod';

-- Until now these were written without their organisation.
UPDATE event SET org_id = run.org_id
FROM run WHERE run.id = event.run_id AND run.org_id <> event.org_id;
UPDATE batch_row SET org_id = batch.org_id
FROM batch WHERE batch.id = batch_row.batch_id AND batch.org_id <> batch_row.org_id;

-- From now on none of them may be forgotten.
ALTER TABLE agent_version ALTER COLUMN org_id DROP DEFAULT, ALTER COLUMN environment DROP DEFAULT;
ALTER TABLE batch_row ALTER COLUMN org_id DROP DEFAULT, ALTER COLUMN environment DROP DEFAULT;
ALTER TABLE event ALTER COLUMN org_id DROP DEFAULT, ALTER COLUMN environment DROP DEFAULT;
ALTER TABLE artifact ALTER COLUMN org_id DROP DEFAULT, ALTER COLUMN environment DROP DEFAULT;

-- Who created it: its runs call tools in that name.
ALTER TABLE batch ADD COLUMN started_by json;

CREATE INDEX run_by_tenant ON run (org_id, environment, id);

SELECT tenant_table(name::regclass) FROM unnest(ARRAY[
  'agent', 'agent_version', 'batch', 'batch_row', 'run', 'event', 'artifact', 'charge', 'cost_day',
  'cached_answer', 'cache_use', 'budget'
]) AS name;

-- Accounts and leases belong to whom their budget belongs.
ALTER VIEW budget_scope SET (security_invoker = true);
ALTER VIEW held_micros SET (security_invoker = true);
GRANT SELECT ON budget_scope TO flotilla_tenant;
SELECT tenant_table(
  name::regclass,
  format('EXISTS (SELECT FROM budget_scope s WHERE s.id = %s.budget_id)', name),
  'SELECT, DELETE'
) FROM unnest(ARRAY['budget_account', 'budget_lease']) AS name;

SELECT system_table(name::regclass) FROM unnest(ARRAY[
  'migration', 'worker', 'capacity', 'capacity_demand', 'capacity_use', 'target_health',
  'provider_batch', 'provider_call'
]) AS name;

-- The planner knows nothing yet of rows that were just loaded, and only the owner may count them.
CREATE FUNCTION analyze_batch_rows() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  ANALYZE batch_row;
END $$;
DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION analyze_batch_rows() SET search_path = %I, pg_temp', current_schema());
END $$;
