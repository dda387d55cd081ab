-- Who made a version of an agent, and what he says of it.
ALTER TABLE agent_version ADD COLUMN note text NOT NULL DEFAULT '', ADD COLUMN created_by text;
