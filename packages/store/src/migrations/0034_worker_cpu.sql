-- Of one processor, since the heartbeat before: 150 are one and a half.
ALTER TABLE worker ADD COLUMN cpu_percent real NOT NULL DEFAULT 0;
