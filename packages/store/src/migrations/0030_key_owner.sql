-- The user who made a key: rules about him hold for it, and it ends with his membership. Null: the
-- operator of the instance or a service made it.
ALTER TABLE api_key ADD COLUMN user_id text;
