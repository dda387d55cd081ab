-- How near the batch came to what its limits allow, as it was when it ended.
ALTER TABLE batch ADD COLUMN certificate json;
