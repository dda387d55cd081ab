-- Lists of runs by whom they are for, and by what they failed of, newest first.
CREATE INDEX run_by_user ON run (user_name, id) WHERE user_name IS NOT NULL;
CREATE INDEX run_by_fingerprint ON run (fingerprint, id) WHERE fingerprint IS NOT NULL;
