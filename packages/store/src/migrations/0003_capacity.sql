-- Provider capacity, shared by all workers. A bucket is what a provider allows one credential for
-- one model; it is no organisation's, so these tables carry no org_id. All times are Unix
-- milliseconds of this database's clock.

-- Arrays are by dimension: requests, tokens, input tokens, output tokens, spend (micro-USD).
CREATE TABLE capacity (
  bucket text PRIMARY KEY,
  -- What was granted is paid for at this time: GCRA's theoretical arrival time.
  paid_until double precision[] NOT NULL DEFAULT '{0,0,0,0,0}',
  -- No grant starts before the one that was given last.
  last_start double precision NOT NULL DEFAULT 0,
  -- What a minute allows, by the configuration, and as the provider has said. CapacityLimits.
  configured jsonb NOT NULL DEFAULT '{}',
  learned jsonb NOT NULL DEFAULT '{}',
  -- Requests a minute at which it was refused last, lowered; grows from then on.
  guessed double precision,
  guessed_at double precision,
  paused_until double precision,
  paused_why text,
  granted_count bigint NOT NULL DEFAULT 0,
  refused_count bigint NOT NULL DEFAULT 0
);

-- What each worker wants of a bucket, and the calls it may have under way. Gone with its worker.
CREATE TABLE capacity_demand (
  bucket text NOT NULL,
  worker text NOT NULL,
  weight double precision NOT NULL,
  -- Its grants, at the pace of its own part of the bucket, are paid for at this time.
  paid_until double precision NOT NULL,
  -- Calls under way, or that may be.
  held integer NOT NULL,
  in_use integer NOT NULL,
  -- Waiting calls: [{organisation, interactive, calls}].
  waiting jsonb NOT NULL,
  expires_at double precision NOT NULL,
  PRIMARY KEY (bucket, worker)
);

-- What was granted, by stretches of five seconds; kept for a minute or so.
CREATE TABLE capacity_use (
  bucket text NOT NULL,
  stretch bigint NOT NULL,
  units double precision[] NOT NULL,
  PRIMARY KEY (bucket, stretch)
);

-- The limits in force, by dimension, per minute: configured, else as the provider says. Requests
-- are held below the guess as well, unless they are configured.
CREATE FUNCTION capacity_rates(b capacity, at double precision) RETURNS double precision[]
LANGUAGE sql STABLE AS $$
  SELECT ARRAY[
    coalesce(
      (b.configured->>'requestsPerMinute')::double precision,
      least(
        (b.learned->>'requestsPerMinute')::double precision,
        -- Slowly at first, then faster, as nothing is refused (after CUBIC, RFC 9438).
        b.guessed * (1 + 0.005 * s.seconds + (s.seconds / 60) ^ 3)
      )
    ),
    (l.limits->>'tokensPerMinute')::double precision,
    (l.limits->>'inputTokensPerMinute')::double precision,
    (l.limits->>'outputTokensPerMinute')::double precision,
    (l.limits->>'spendPerMinuteUsd')::double precision * 1000000
  ]
  FROM (SELECT b.learned || b.configured AS limits) l,
    (SELECT least(3600, greatest(0, at - b.guessed_at) / 1000) AS seconds) s
$$;

-- A worker's part of a bucket: organisations share it equally, however their calls are spread over
-- workers, and each of them is where its calls wait; one that a person waits for counts as many.
CREATE FUNCTION capacity_share(
  the_bucket text, the_worker text, waiting_calls jsonb, at double precision
) RETURNS double precision
LANGUAGE sql STABLE AS $$
  WITH demand AS (
    SELECT d.worker, d.waiting FROM capacity_demand d
    WHERE d.bucket = the_bucket AND d.worker <> the_worker AND d.expires_at > at
    UNION ALL SELECT the_worker, waiting_calls
  ), calls AS (
    SELECT d.worker, w->>'organisation' AS org, sum((w->>'calls')::double precision
      * CASE WHEN (w->>'interactive')::boolean THEN 20 ELSE 1 END) AS weight
    FROM demand d, jsonb_array_elements(d.waiting) w GROUP BY 1, 2
  ), parts AS (
    SELECT worker, weight / sum(weight) OVER (PARTITION BY org) AS part,
      dense_rank() OVER (ORDER BY org) AS org
    FROM calls WHERE weight > 0
  )
  SELECT coalesce(sum(part) FILTER (WHERE worker = the_worker) / nullif(max(org), 0),
    CASE WHEN count(*) = 0 THEN 1 ELSE 0 END)
  FROM parts
$$;

-- Leases a slice of the near future to a worker, in one statement. The calls it wants come as
-- `wants`, five numbers each, in the order in which they will be made; those that fit get the time
-- at which they may start. See docs/capacity.md for the arithmetic.
CREATE FUNCTION capacity_lease(
  the_bucket text,
  the_worker text,
  config jsonb,
  -- Granted and not used (negative: used and not granted), by dimension.
  unused double precision[],
  -- What the provider says is left, by dimension; null: it says nothing.
  remaining double precision[],
  wants double precision[],
  -- Calls in each of `wants`.
  calls integer[],
  demand double precision,
  waiting_calls jsonb,
  under_way integer,
  slots_wanted integer,
  -- Milliseconds: how far ahead grants may start, what may come at once, how long demand is live.
  horizon double precision,
  burst double precision,
  ttl double precision,
  fake_now double precision DEFAULT NULL
) RETURNS TABLE (
  now_ms double precision,
  starts double precision[],
  -- Dimension (from 1) that the next call waits for; null: for none.
  blocked_by integer,
  -- When the next call would start, and when to come again for it.
  next_start double precision,
  next_ask double precision,
  -- Calls that may be under way; null: any number.
  slots integer,
  paused_until double precision,
  paused_why text,
  rates double precision[],
  concurrency integer,
  -- This worker's part of the bucket.
  share double precision
)
LANGUAGE plpgsql AS $$
DECLARE
  b capacity;
  r double precision[];
  use double precision[] := '{0,0,0,0,0}';
  n integer := coalesce(array_length(calls, 1), 0);
  held_by_others integer;
  own double precision;
  given_back double precision := 0;
  length double precision;
  start double precision;
  due double precision;
  cause integer;
  u double precision;
BEGIN
  -- Losing the newest leases with the server only makes the next moment's calls come a little early.
  PERFORM set_config('synchronous_commit', 'off', true);
  SELECT * INTO b FROM capacity WHERE bucket = the_bucket FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO capacity (bucket) VALUES (the_bucket) ON CONFLICT DO NOTHING;
    SELECT * INTO b FROM capacity WHERE bucket = the_bucket FOR UPDATE;
  END IF;
  now_ms := coalesce(fake_now, extract(epoch FROM clock_timestamp()) * 1000);
  b.configured := config;
  r := capacity_rates(b, now_ms);
  FOR d IN 1..5 LOOP
    r[d] := r[d] / 60000;
    b.paid_until[d] := greatest(b.paid_until[d], 0);
    CONTINUE WHEN r[d] IS NULL;
    -- It never goes below now: what was not used in its time is gone.
    b.paid_until[d] := greatest(b.paid_until[d] - coalesce(unused[d], 0) / r[d], now_ms);
    given_back := greatest(given_back, unused[d] / r[d]);
    IF remaining[d] IS NOT NULL THEN
      b.paid_until[d] := greatest(
        b.paid_until[d], now_ms + burst - greatest(remaining[d], 0) / r[d]);
    END IF;
  END LOOP;

  SELECT coalesce(sum(held), 0) INTO held_by_others
  FROM capacity_demand
  WHERE bucket = the_bucket AND worker <> the_worker AND expires_at > now_ms;
  share := capacity_share(the_bucket, the_worker, waiting_calls, now_ms);
  SELECT greatest(c.paid_until - given_back / greatest(share, 0.001), now_ms) INTO own
  FROM capacity_demand c WHERE c.bucket = the_bucket AND c.worker = the_worker;
  own := coalesce(own, now_ms);
  concurrency := ((b.learned || config)->>'concurrency')::integer;
  slots := greatest(0, least(
    slots_wanted, ceil(concurrency * share)::integer, concurrency - held_by_others));
  IF concurrency IS NULL THEN slots := NULL; END IF;

  starts := '{}';
  IF b.paused_until > now_ms THEN
    paused_until := b.paused_until;
    paused_why := b.paused_why;
    next_start := b.paused_until;
    next_ask := b.paused_until;
    n := 0;
  END IF;
  FOR i IN 1..n LOOP
    start := greatest(now_ms, b.last_start);
    cause := NULL;
    length := 0;
    FOR d IN 1..5 LOOP
      u := wants[(i - 1) * 5 + d];
      CONTINUE WHEN r[d] IS NULL OR u <= 0;
      length := greatest(length, u / r[d]);
      due := b.paid_until[d] + least(u / r[d], burst) - burst;
      IF due > start THEN
        start := due;
        cause := d;
      END IF;
    END LOOP;
    -- Beyond its own part it gets what nobody else has come for.
    IF start > now_ms + horizon OR (
      share < 1 AND own > now_ms + horizon AND start > now_ms + horizon / 4
    ) THEN
      blocked_by := cause;
      next_start := start;
      next_ask := greatest(start - horizon, least(own - horizon, start - horizon / 4));
      EXIT;
    END IF;
    own := own + length / greatest(share, 0.001);
    FOR d IN 1..5 LOOP
      u := wants[(i - 1) * 5 + d];
      CONTINUE WHEN u <= 0;
      use[d] := use[d] + u;
      CONTINUE WHEN r[d] IS NULL;
      b.paid_until[d] := greatest(b.paid_until[d], start) + u / r[d];
    END LOOP;
    b.last_start := greatest(b.last_start, start);
    b.granted_count := b.granted_count + calls[i];
    starts := starts || start;
    blocked_by := cause;
  END LOOP;

  UPDATE capacity SET paid_until = b.paid_until, last_start = b.last_start,
    configured = b.configured, granted_count = b.granted_count
  WHERE bucket = the_bucket;
  INSERT INTO capacity_demand AS c
    (bucket, worker, weight, paid_until, held, in_use, waiting, expires_at)
  VALUES (the_bucket, the_worker, demand, own, greatest(under_way, coalesce(slots, 0)), under_way,
    waiting_calls, now_ms + ttl)
  ON CONFLICT (bucket, worker) DO UPDATE SET weight = excluded.weight,
    paid_until = excluded.paid_until, held = excluded.held, in_use = excluded.in_use,
    waiting = excluded.waiting, expires_at = excluded.expires_at;
  FOR d IN 1..5 LOOP
    use[d] := use[d] - coalesce(unused[d], 0);
  END LOOP;
  IF use <> '{0,0,0,0,0}' THEN
    INSERT INTO capacity_use AS c (bucket, stretch, units)
    VALUES (the_bucket, floor(now_ms / 5000), use)
    ON CONFLICT (bucket, stretch) DO UPDATE SET units = ARRAY[
      c.units[1] + excluded.units[1], c.units[2] + excluded.units[2],
      c.units[3] + excluded.units[3], c.units[4] + excluded.units[4],
      c.units[5] + excluded.units[5]];
    DELETE FROM capacity_use
    WHERE bucket = the_bucket AND stretch < floor(now_ms / 5000) - 24;
  END IF;
  FOR d IN 1..5 LOOP
    r[d] := r[d] * 60000;
  END LOOP;
  rates := r;
  RETURN NEXT;
END
$$;
