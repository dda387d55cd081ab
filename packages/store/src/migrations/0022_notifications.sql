-- Notifications: where they go, what happened, and what was sent of it to whom.
CREATE TABLE notification_channel (
  id text PRIMARY KEY,
  org_id text NOT NULL,
  environment text NOT NULL CHECK (environment IN ('dev', 'staging', 'prod')),
  name text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('webhook', 'email')),
  events text[] NOT NULL,
  -- Names of agents with * for any text; empty: of all, and what is no agent's.
  agents text[] NOT NULL,
  -- Of kind email: only people who are one of these; both empty: whom it concerns.
  roles text[] NOT NULL,
  users text[] NOT NULL,
  -- By kind: url, headers and credential; addresses and people.
  target json NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (org_id, environment, name)
);
SELECT tenant_table('notification_channel');

-- The outbox: written in the transaction of what it tells of.
CREATE TABLE notification (
  id text PRIMARY KEY,
  org_id text NOT NULL,
  environment text NOT NULL,
  event text NOT NULL,
  subject text NOT NULL,
  body text NOT NULL,
  agent_name text,
  run_id text,
  batch_id text,
  interrupt_id text,
  -- Whom it concerns; both null: whoever may answer.
  audience_role text,
  audience_user text,
  -- Only for this channel: a test of it.
  channel_id text REFERENCES notification_channel (id) ON DELETE CASCADE,
  data json,
  at timestamptz NOT NULL DEFAULT now(),
  -- When the deliveries were made of it.
  spread_at timestamptz
);
CREATE INDEX notification_to_spread ON notification (id) WHERE spread_at IS NULL;
CREATE INDEX notification_by_channel ON notification (channel_id) WHERE channel_id IS NOT NULL;
SELECT tenant_table('notification', NULL, 'SELECT, INSERT');

-- One notification on its way to one recipient. The id is made of what it is, so it is the same however
-- often it is sent.
CREATE TABLE notification_delivery (
  id text PRIMARY KEY,
  notification_id text NOT NULL REFERENCES notification (id) ON DELETE CASCADE,
  channel_id text NOT NULL REFERENCES notification_channel (id) ON DELETE CASCADE,
  org_id text NOT NULL,
  environment text NOT NULL,
  -- A URL or an address; null: the address of the person.
  recipient text,
  user_id text,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'failed')),
  attempts integer NOT NULL DEFAULT 0,
  -- Sent no sooner; while it is being sent, when another may take it over.
  next_at timestamptz NOT NULL DEFAULT now(),
  last_error text,
  ended_at timestamptz
);
CREATE INDEX notification_delivery_due ON notification_delivery (channel_id, next_at)
  WHERE status = 'pending';
CREATE INDEX notification_delivery_by_tenant ON notification_delivery (org_id, environment, id);
CREATE INDEX notification_delivery_of ON notification_delivery (notification_id);
SELECT tenant_table('notification_delivery', NULL, 'SELECT, UPDATE');

-- Whether a text fits a pattern in which * stands for any text.
CREATE FUNCTION fits_glob(glob text, what text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT what LIKE replace(replace(replace(replace(
    glob, '\', '\\'), '%', '\%'), '_', '\_'), '*', '%')
$$;

-- Queues notifications as a part of the statement that calls it: a JSON array of NewNotification.
-- What no channel asks for leaves no row. Returns how many are on their way.
CREATE FUNCTION queue_notifications(given json) RETURNS bigint LANGUAGE sql VOLATILE AS $$
  WITH queued AS (
    INSERT INTO notification (
      id, org_id, environment, event, subject, body, agent_name, run_id, batch_id, interrupt_id,
      audience_role, audience_user, channel_id, data
    )
    SELECT id, organisation, environment, event, subject, coalesce(body, ''), "agentName", "runId",
      "batchId", "interruptId", "audienceRole", "audienceUser", "channelId", data
    FROM json_to_recordset(given) AS g (
      id text, organisation text, environment text, event text, subject text, body text,
      "agentName" text, "runId" text, "batchId" text, "interruptId" text, "audienceRole" text,
      "audienceUser" text, "channelId" text, data json
    )
    WHERE EXISTS (
      SELECT FROM notification_channel c
      WHERE c.org_id = g.organisation AND c.environment = g.environment
        AND (g.event = ANY (c.events) OR c.id = g."channelId")
    )
    ON CONFLICT (id) DO NOTHING
    RETURNING id
  ), told AS MATERIALIZED (
    SELECT pg_notify('flotilla_notification', '') FROM queued
  )
  SELECT count(*) FROM told
$$;
