import { FlotillaError } from "@flotilla/core";

/** What a statement may do. */
export type StatementUse = "read" | "write";

/**
 * Functions that reach beyond the rows of the database: files of its server, other servers, other sessions, settings, or text
 * that is run as SQL. A read-only transaction holds back none of them.
 */
const reaching = [
  /^pg_(?:read_|ls_|stat_file$|file_|logdir_|logfile_|current_logfile$)/,
  /^(?:lo_|loread$|lowrite$|be_lo_)/,
  /^(?:dblink|postgres_fdw_|file_fdw_|http_|http$|plv8_|plpy_)/,
  /^pg_(?:terminate_|cancel_|reload_|rotate_|switch_|create_|drop_|copy_|promote$|start_|stop_|backup_|wal_|log_|notify$)/,
  /^pg_(?:replication_|logical_|sync_|advisory_|try_advisory_|stat_reset|prewarm|buffercache_evict|import_|export_|set_|restore_|clear_)/,
  /^(?:set_config|setval|nextval|txid_|query_to_|table_to_xml|schema_to_|database_to_|cursor_to_|ts_stat|ts_rewrite)/,
  /^(?:adminpack_|pgstattuple|pg_relation_filepath$|pg_hba_file|pg_ident_file|pg_config$|pg_get_wal)/,
];

/** Tables of the system that hold secrets of its own. */
const secretTables = new Set(["pg_authid", "pg_shadow", "pg_user_mapping", "pg_user_mappings"]);

const allowed: Record<StatementUse, ReadonlySet<string>> = {
  read: new Set(["SelectStmt", "ExplainStmt", "VariableShowStmt"]),
  write: new Set(["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"]),
};

type Node = Record<string, unknown>;

/**
 * Judges a statement by the parser of Postgres itself, before it is sent. Throws `tool_input_invalid` for what is no single
 * statement, `tool_forbidden` for what is not of this use.
 *
 * @param all an update or delete may be without a condition
 */
export async function judgeStatement(
  sql: string,
  use: StatementUse,
  { all }: { all: boolean } = { all: false },
): Promise<void> {
  const [kind, statement] = await theStatement(sql);
  if (!allowed[use].has(kind))
    throw forbidden(`${nameOf(kind)} is not among what this tool does`, use);
  if (!all && ["UpdateStmt", "DeleteStmt"].includes(kind) && !("whereClause" in statement)) {
    throw forbidden("without a WHERE it would change every row; set all to true for that", use);
  }
  for (const [name, node] of nodesOf({ [kind]: statement })) judgeNode(name, node, use);
}

async function theStatement(sql: string): Promise<[kind: string, statement: Node]> {
  const { loadModule, parseSync } = await import("libpg-query");
  await loadModule();
  let statements: { stmt?: Node }[];
  try {
    statements = (parseSync(sql) as { stmts?: { stmt?: Node }[] }).stmts ?? [];
  } catch (error) {
    // Nested so deeply that the parser gave up is no statement that somebody needs.
    const why = error instanceof RangeError ? "it is nested too deeply" : (error as Error).message;
    throw new FlotillaError("tool_input_invalid", `The SQL cannot be read: ${why}.`, {
      remedy: "Correct the statement; placeholders are $1, $2 and so on.",
    });
  }
  const [first, second] = statements;
  const [entry] = Object.entries(first?.stmt ?? {});
  if (!entry || second) {
    const problem = second ? "Only one statement is taken at a time." : "There is no statement.";
    throw new FlotillaError("tool_input_invalid", problem, {
      remedy: "Make a call for each statement.",
    });
  }
  return entry as [string, Node];
}

function judgeNode(name: string, node: Node, use: StatementUse): void {
  if (name === "FuncCall") {
    const called = lastName(node["funcname"]);
    if (reaching.some((pattern) => pattern.test(called))) {
      throw forbidden(`the function ${called} reaches beyond the rows of the database`, use);
    }
  }
  if (name === "RangeVar" && secretTables.has(String(node["relname"]))) {
    throw forbidden(`${String(node["relname"])} holds secrets of the database`, use);
  }
  if (/^[A-Z]\w*Stmt$/.test(name) && !allowed[use].has(name) && !allowed.read.has(name)) {
    throw forbidden(`${nameOf(name)} is not among what this tool does`, use);
  }
  if ("intoClause" in node) throw forbidden("INTO makes a table", use);
  if (use === "read" && name === "LockingClause") {
    throw forbidden("FOR UPDATE and FOR SHARE lock rows", use);
  }
}

function lastName(names: unknown): string {
  const last = (names as { String?: { sval?: string } }[]).at(-1);
  return (last?.String?.sval ?? "").toLowerCase();
}

/** Every node of the tree with its kind; without recursion, as trees of statements are deep. */
function* nodesOf(root: Node): Generator<[name: string, node: Node]> {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (Array.isArray(value)) for (const one of value) open.push(one);
    else if (typeof value === "object" && value !== null) {
      for (const [name, inner] of Object.entries(value)) {
        if (typeof inner !== "object" || inner === null) continue;
        if (!Array.isArray(inner)) yield [name, inner as Node];
        open.push(inner);
      }
    }
  }
}

/** `UpdateStmt` as people write it. */
function nameOf(kind: string): string {
  return kind
    .replace(/Stmt$/, "")
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toUpperCase();
}

function forbidden(problem: string, use: StatementUse): FlotillaError {
  const remedy =
    use === "read"
      ? "Ask with a single SELECT over tables and views; database_execute changes rows where that is allowed."
      : "Change rows with a single INSERT, UPDATE, DELETE or MERGE; ask with database_query.";
  return new FlotillaError("tool_forbidden", `The statement was not sent: ${problem}.`, { remedy });
}
