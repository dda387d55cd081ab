-- Where the rows of a batch come from: their runs have these labels.
ALTER TABLE batch ADD COLUMN labels text[] NOT NULL DEFAULT '{}';
