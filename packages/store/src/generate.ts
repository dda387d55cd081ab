import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kysely, PostgresDialect } from "kysely";
import { generate, PostgresDialect as PostgresGenerator } from "kysely-codegen";
import pg from "pg";
import { startEmbedded } from "./embedded/server.ts";
import { migrate } from "./migrate.ts";
import { openPool } from "./pool.ts";

export const schemaFile = new URL("schema.gen.ts", import.meta.url);

/** A `json` column: read as the type, written as the text it is to hold. */
const json = (type: string) => `ColumnType<${type}, string, string>`;
const nullableJson = (type: string) =>
  `ColumnType<${type} | null, string | null | undefined, string | null>`;

/** What columns mean to the domain, where the database knows only `text` and `json`. */
const columns = {
  "activity.actor_kind": 'Actor["kind"]',
  "activity.details": nullableJson("RowData"),
  "activity.outcome": "ActivityOutcome",
  "access_rule.effect": '"allow" | "deny"',
  "access_rule.in_environment": "Environment | null",
  "access_rule.permission": "Permission",
  "access_rule.who": json("RuleSubject"),
  "agent.environment": "Generated<Environment>",
  "agent_message.environment": "Environment",
  "agent_version.environment": "Environment",
  "agent_version.spec": json("AgentSpec"),
  "artifact.environment": "Environment",
  "batch.environment": "Generated<Environment>",
  "batch.certificate": nullableJson("Certificate"),
  "batch.paused_by": '"person" | "budget" | null',
  "batch.answer_check": nullableJson("AnswerCheck"),
  "batch.fork": nullableJson("BatchFork"),
  "batch.started_by": nullableJson("StartedBy"),
  "batch.status": "BatchStatus",
  "batch_row.environment": "Environment",
  "batch_row.data": json("RowData"),
  "batch_row.error": nullableJson("ErrorRecord"),
  "cached_answer.message": nullableJson("AssistantMessage"),
  "cached_answer.usage": nullableJson("Usage"),
  "blackboard.environment": "Environment",
  "blackboard.value": json("RunOutput"),
  "connection.environment": "Environment",
  "connection.settings": json("ConnectionSettings"),
  "credential.binding": json("CredentialBinding"),
  "error_group.example": json("ErrorExample"),
  "error_group.source": "ErrorSource",
  "event.data": json("object"),
  "member.role": "Role",
  "event.environment": "Environment",
  "feedback.correction": nullableJson("RunOutput"),
  "feedback.environment": "Environment",
  "feedback.target": json("FeedbackTarget"),
  "health_hour.figures": json("Figures"),
  "health_sample.figures": json("Figures"),
  "health_sample.state": "HealthState",
  "notification.data": nullableJson("RowData"),
  "notification.environment": "Environment",
  "notification.event": 'NewNotification["event"]',
  "notification_channel.environment": "Environment",
  "notification_channel.kind": 'ChannelTarget["kind"]',
  "notification_channel.target": json("object"),
  "notification_delivery.environment": "Environment",
  "notification_delivery.status": "Generated<DeliveryStatus>",
  "outside_event.data": json("object"),
  "outside_event.environment": "Environment",
  "preference.settings": json("object"),
  "trigger.environment": "Environment",
  "trigger.source": json("TriggerSource"),
  "trigger.start": json("StartTemplate"),
  "trigger.started_by": nullableJson("StartedBy"),
  "trigger_start.data": json("RowData"),
  "trigger_start.environment": "Environment",
  "trigger_start.error": nullableJson("ErrorRecord"),
  "trigger_start.state": "Generated<TriggerState>",
  "run.environment": "Generated<Environment>",
  "run.error": nullableJson("ErrorRecord"),
  "run.output": nullableJson("RunOutput"),
  "run.status": "RunStatus",
  "run.waits_for_children": '"all" | "any" | null',
  "schedule.environment": "Environment",
  "schedule.spec": json("ScheduleSpec"),
  "schedule.started_by": nullableJson("StartedBy"),
  "schedule_start.cause": "StartCause",
  "schedule_start.environment": "Environment",
  "schedule_start.error": nullableJson("ErrorRecord"),
  "schedule_start.outcome": "StartOutcome",
  "schedule_start.overlap": "Overlap",
  "target_health.last_error": "ErrorCode | null",
  "thread.metadata": json("Metadata"),
  "tool_health.last_error": "ErrorCode | null",
  "tool_policy_version.examples": nullableJson("PolicyExample[]"),
  "tool_rule.conditions": nullableJson("ToolConditions"),
  "tool_rule.effect": "ToolEffect",
  "tool_rule.in_environment": "Environment | null",
};
/** `Json` and `JsonObject` go by other names: the generator has its own of these. */
const customImports = {
  ActivityOutcome: "@flotilla/core",
  Actor: "@flotilla/core",
  AgentSpec: "@flotilla/core",
  AnswerCheck: "@flotilla/core",
  AssistantMessage: "@flotilla/core",
  BatchFork: "@flotilla/core",
  BatchStatus: "@flotilla/core",
  Certificate: "@flotilla/core",
  ChannelTarget: "@flotilla/core",
  DeliveryStatus: "@flotilla/core",
  Environment: "@flotilla/core",
  Overlap: "@flotilla/core",
  PolicyExample: "@flotilla/core",
  ScheduleSpec: "@flotilla/core",
  StartCause: "@flotilla/core",
  StartOutcome: "@flotilla/core",
  ConnectionSettings: "@flotilla/core",
  CredentialBinding: "@flotilla/core",
  ErrorExample: "@flotilla/core",
  ErrorSource: "@flotilla/core",
  FeedbackTarget: "@flotilla/core",
  Figures: "@flotilla/core",
  HealthState: "@flotilla/core",
  ErrorCode: "@flotilla/core",
  ErrorRecord: "@flotilla/core",
  Metadata: "@flotilla/core#JsonObject",
  NewNotification: "@flotilla/core",
  RowData: "@flotilla/core#JsonObject",
  RunOutput: "@flotilla/core#Json",
  Permission: "@flotilla/core",
  Role: "@flotilla/core",
  RuleSubject: "@flotilla/core",
  RunStatus: "@flotilla/core",
  StartTemplate: "@flotilla/core",
  StartedBy: "@flotilla/core",
  ToolConditions: "@flotilla/core",
  ToolEffect: "@flotilla/core",
  TriggerSource: "@flotilla/core",
  TriggerState: "@flotilla/core",
  Usage: "@flotilla/core",
};

/** The TypeScript types of the newest schema, read from an empty database that gets migrated. */
export async function generateSchema(url: string): Promise<string> {
  const pool = openPool({ url, name: "flotilla-generate", onError: () => undefined });
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    await migrate(pool);
    return await generate({
      db,
      dialect: new PostgresGenerator(),
      outFile: null,
      defaultSchemas: ["public"],
      includePattern: "public.*",
      overrides: { columns },
      customImports,
      typeMapping: { int8: "number" },
      typeOnlyImports: true,
    });
  } finally {
    await db.destroy();
  }
}

/** Generates from a fresh database on the server, which is dropped again. */
async function generateOn(serverUrl: string): Promise<string> {
  const name = `flotilla_generate_${randomBytes(6).toString("hex")}`;
  const url = new URL(serverUrl);
  url.pathname = name;
  const server = new pg.Client({ connectionString: serverUrl });
  await server.connect();
  try {
    await server.query(`CREATE DATABASE ${name} TEMPLATE template0`);
    return await generateSchema(url.href);
  } finally {
    await server.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await server.end();
  }
}

/** On the server of DATABASE_URL, or on an embedded one that lives as long as this. */
async function generateAnywhere(): Promise<string> {
  const own = process.env.DATABASE_URL;
  if (own) return generateOn(own);
  const home = await mkdtemp(join(tmpdir(), "flotilla-generate-"));
  try {
    const server = await startEmbedded({ home });
    try {
      return await generateOn(server.url);
    } finally {
      await server.stop();
    }
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

if (import.meta.main) await writeFile(schemaFile, await generateAnywhere());
