-- For whom a run or batch runs. org_id has been there from the start; it is filled from now on.
ALTER TABLE run ADD COLUMN user_name text;
ALTER TABLE batch ADD COLUMN user_name text;
-- Rows of the batch may wait until then for a provider's batch endpoint.
ALTER TABLE batch ADD COLUMN economy_until timestamptz;
