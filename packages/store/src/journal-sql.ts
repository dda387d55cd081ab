import { changeChannel, interruptChannel, treeChannel } from "./notifier.ts";

/** What somebody wants is otherwise than what the run begins to wait for. */
const isSteered = "(run.cancel_by IS NOT NULL OR (run.pause_by IS NOT NULL) <> a.paused)";
const endsSegment = `(a.wake_at IS NOT NULL OR (a.status = 'waiting' AND ${isSteered}))`;
const steering = `run.cancel_by IS NOT NULL AS cancel, run.pause_by IS NOT NULL AS pause,
    run.outside_events > 0 AS outside, run.has_mail AS mail`;

const ends = "coalesce(a.status IN ('completed', 'failed', 'cancelled'), false)";

/**
 * One flush. `changed` and `unchanged` are the appends whose fence holds; only their events are
 * inserted, with their charges. The notification carries ids only: `runId` or `runId:batchId`, comma-separated, at
 * most 100 of them, so that it stays below the 8,000 bytes of NOTIFY.
 *
 * The status is compared as an expression, so that the planner cannot start from the index of all
 * running rows: their number has nothing to do with the size of a flush.
 *
 * A run does not complete while events from outside wait for it. Their number is in its row, which an update
 * reads anew when it had to wait for it: whoever queues one and whoever ends the run see each other.
 */
export const appendSql = `
WITH a AS (
  SELECT * FROM unnest(
    $1::text[], $2::integer[], $3::integer[], $4::boolean[], $5::text[], $6::text[], $7::text[],
    $8::timestamptz[], $9::integer[], $10::bigint[], $11::bigint[], $12::bigint[], $13::integer[], $14::text[],
    $31::bigint[], $32::text[], $33::text[], $36::text[], $38::boolean[], $39::boolean[], $40::integer[]
  ) AS a (
    run_id, epoch, drop_after, changes, status, output, error,
    wake_at, steps, input_tokens, output_tokens, cost_micros, unpriced, waiting_budget,
    waiting_micros, fingerprint, cause, waits_for_children, has_read, paused, outside
  )
), changed AS (
  UPDATE run SET
    status = coalesce(a.status, run.status),
    output = coalesce(a.output::json, run.output),
    error = coalesce(a.error::json, run.error),
    fingerprint = a.fingerprint,
    cause = a.cause,
    -- A durable back-off ends the segment: the next one is due in the queue. So does a run that
    -- begins to wait after a person asked to cancel or pause it, or wants it paused no more: its next
    -- segment, due at once, does that.
    wake_at = CASE WHEN NOT ${isSteered} THEN a.wake_at END,
    segment = run.segment + CASE WHEN ${endsSegment} THEN 1 ELSE 0 END,
    queued_at = CASE WHEN ${endsSegment} THEN NULL ELSE run.queued_at END,
    step_count = run.step_count + a.steps,
    input_tokens = run.input_tokens + a.input_tokens,
    output_tokens = run.output_tokens + a.output_tokens,
    cost_micros = run.cost_micros + a.cost_micros,
    unpriced_calls = run.unpriced_calls + a.unpriced,
    outside_events = run.outside_events - a.outside,
    waiting_budget = a.waiting_budget,
    waiting_micros = a.waiting_micros,
    waits_for_children = a.waits_for_children,
    tree_news = run.tree_news OR a.waits_for_children IS NOT NULL
      OR (run.parent_id IS NOT NULL AND ${ends}),
    cancel_tree = run.cancel_tree OR (run.has_children AND ${ends}),
    ended_at = CASE WHEN ${ends} THEN now() END,
    changed_xid = CASE WHEN a.status IS NULL THEN run.changed_xid ELSE pg_current_xact_id() END
  FROM a
  WHERE a.changes AND run.id = a.run_id AND run.epoch = a.epoch AND run.status || '' = 'running'
    -- What was written to it is read before it ends.
    AND NOT (a.has_read AND run.has_mail)
    AND (a.status IS DISTINCT FROM 'completed' OR run.outside_events = a.outside)
  RETURNING run.id AS run_id, run.batch_id, ${steering},
    run.org_id, run.environment, run.user_name, run.agent_name, run.agent_version, run.row_no,
    run.tree_news OR run.cancel_tree AS tree
), unchanged AS (
  SELECT run.id AS run_id, run.batch_id, ${steering},
    run.org_id, run.environment
  FROM a JOIN run ON run.id = a.run_id AND run.epoch = a.epoch AND run.status || '' = 'running'
  WHERE NOT a.changes
), live AS MATERIALIZED (
  SELECT run_id, batch_id, cancel, pause, outside, mail, org_id, environment FROM changed
  UNION ALL SELECT * FROM unchanged
), inserted AS (
  INSERT INTO event (run_id, seq, type, data, org_id, environment)
  SELECT e.run_id, e.seq, e.type, e.data::json, live.org_id, live.environment
  FROM unnest($15::text[], $16::integer[], $17::text[], $18::text[]) AS e (run_id, seq, type, data)
  JOIN live ON live.run_id = e.run_id
), charged AS (
  INSERT INTO charge (
    org_id, user_name, agent_name, batch_id, model, priced, failed, estimated, input_tokens,
    cached_input_tokens, cache_write_tokens, output_tokens, reasoning_tokens, cost_micros, saved_micros
  )
  SELECT
    changed.org_id, coalesce(changed.user_name, ''), coalesce(c.agent, changed.agent_name),
    coalesce(changed.batch_id, ''), c.model, c.priced, c.failed, c.estimated, c.input,
    c.cached, c.written, c.output, c.reasoning, c.cost, c.saved
  FROM unnest(
    $19::text[], $20::text[], $21::text[], $22::boolean[], $23::boolean[], $24::integer[],
    $25::integer[], $26::integer[], $27::integer[], $28::integer[], $29::bigint[], $30::bigint[], $37::text[]
  ) AS c (
    run_id, model, priced, failed, estimated, input,
    cached, written, output, reasoning, cost, saved, agent
  ) JOIN changed ON changed.run_id = c.run_id
), asked AS (
  INSERT INTO interrupt (
    run_id, id, org_id, environment, kind, agent_name, agent_version, batch_id, row_no, prompt, tool,
    digest, audience_role, audience_user, raised_at, expires_at, remind_seconds, remind_at,
    escalate_at, escalate_to
  )
  SELECT
    i.run_id, q."interruptId", changed.org_id, changed.environment, q.kind, changed.agent_name,
    changed.agent_version, changed.batch_id, changed.row_no, q.prompt, q.tool, q.hash,
    q."audienceRole", q."audienceUser", q."raisedAt", q."expiresAt", q."remindSeconds",
    now() + q."remindSeconds" * interval '1 s', now() + q."escalateSeconds" * interval '1 s',
    q."escalateTo"
  FROM unnest($34::text[], $35::text[]) AS i (run_id, data)
  JOIN changed ON changed.run_id = i.run_id
  CROSS JOIN LATERAL json_to_record(i.data::json) AS q (
    "interruptId" text, kind text, prompt text, tool text, hash text, "audienceRole" text,
    "audienceUser" text, "raisedAt" timestamptz, "expiresAt" timestamptz, "remindSeconds" integer,
    "escalateSeconds" integer, "escalateTo" text
  )
  -- A run that was retried asks again what nobody had answered when it ended.
  ON CONFLICT (run_id, id) DO UPDATE SET state = 'open', ended_at = NULL
    WHERE interrupt.state = 'withdrawn'
  RETURNING interrupt.*
), told AS MATERIALIZED (
  SELECT pg_notify('${interruptChannel}', string_agg(run_id, ',')), queue_notifications(json_agg(
    json_build_object(
      'id', 'ntf_' || substr(id, 5), 'organisation', org_id, 'environment', environment,
      'event', 'interrupt.raised', 'subject', prompt, 'agentName', agent_name, 'runId', run_id,
      'batchId', batch_id, 'interruptId', id, 'audienceRole', audience_role,
      'audienceUser', audience_user
    )
  ))
  FROM (SELECT *, (row_number() OVER () - 1) / 100 AS chunk FROM asked) AS a
  GROUP BY chunk
), taken AS (
  DELETE FROM outside_event USING unnest($41::text[], $42::bigint[]) AS t (run_id, id)
  JOIN live USING (run_id)
  WHERE outside_event.id = t.id AND outside_event.run_id = t.run_id
), dropped AS (
  DELETE FROM event USING a JOIN live USING (run_id)
  WHERE a.drop_after IS NOT NULL
    AND event.run_id = a.run_id AND event.seq > a.drop_after AND event.type = 'step.delta'
), numbered AS (
  SELECT (row_number() OVER () - 1) / 100 AS chunk, run_id || coalesce(':' || batch_id, '') AS id
  FROM live
), notified AS MATERIALIZED (
  SELECT pg_notify('${changeChannel}', string_agg(id, ',')) FROM numbered GROUP BY chunk
  UNION ALL
  SELECT pg_notify('${treeChannel}', '') FROM changed WHERE tree
)
SELECT run_id, cancel, pause, outside, mail
FROM live, (SELECT count(*) FROM notified) AS n, (SELECT count(*) FROM told) AS t`;

/** Which of the appends are in the journal, told by their first event, letter by letter. */
export const committedSql = `
SELECT run.id AS run_id, ${steering}
FROM unnest($1::text[], $2::integer[], $3::integer[], $4::text[]) AS a (run_id, epoch, seq, data)
JOIN run ON run.id = a.run_id AND run.epoch = a.epoch
JOIN event ON event.run_id = a.run_id AND event.seq = a.seq AND event.data::text = a.data`;

/** Which of the runs do not complete because events from outside wait for them. */
export const heldSql = `
SELECT run.id AS run_id
FROM unnest($1::text[], $2::integer[]) AS a (run_id, epoch)
JOIN run ON run.id = a.run_id AND run.epoch = a.epoch
WHERE run.status = 'running' AND run.outside_events > 0`;
