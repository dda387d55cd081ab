-- Where values come from, as labels, for what lies outside of journals.
ALTER TABLE artifact ADD COLUMN labels text[] NOT NULL DEFAULT '{}';
ALTER TABLE agent_message ADD COLUMN labels text[] NOT NULL DEFAULT '{}';
ALTER TABLE blackboard ADD COLUMN labels text[] NOT NULL DEFAULT '{}';

-- Of the files of a workspace, as they were last written. A workspace is a run's own, or shared by name.
CREATE TABLE file_label (
  org_id text NOT NULL,
  environment text NOT NULL CHECK (environment IN ('dev', 'staging', 'prod')),
  workspace text NOT NULL,
  path text NOT NULL,
  labels text[] NOT NULL,
  PRIMARY KEY (org_id, environment, workspace, path)
);
CREATE INDEX file_label_of_workspace ON file_label (workspace);
SELECT tenant_table('file_label');
