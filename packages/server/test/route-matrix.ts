import {
  homeOrganisation,
  rolePermissions,
  roles,
  type Permission,
  type Role,
} from "@flotilla/core";

/** The body of an answer; of one without an end, nothing. */
export async function bodyOf(answer: Response): Promise<string> {
  const type = answer.headers.get("content-type") ?? "";
  if (!type.startsWith("text/event-stream")) return answer.text();
  await answer.body?.cancel();
  return "";
}

/** A member of an organisation, by what he is to it; null: nobody whom the server knows. */
export type Asker = { organisation: string; role: Role } | null;

export interface MatrixRequest {
  method: string;
  path: string;
  body?: string;
  contentType?: string;
}

export interface MatrixAnswer {
  status: number;
  body: string;
}

export interface Matrix {
  /** The OpenAPI document. */
  document: { paths: Record<string, Record<string, Operation>> };
  /** By name of a path's parameter: something of the home organisation. */
  known: Readonly<Record<string, string>>;
  ask(asker: Asker, request: MatrixRequest): Promise<MatrixAnswer>;
}

interface Operation {
  "x-permission"?: string;
  parameters?: { in: string; name: string }[];
  requestBody?: { required?: boolean; content: Record<string, unknown> };
}

interface Route {
  name: string;
  method: string;
  path: string;
  guard: string;
  operation: Operation;
  parameters: string[];
}

const other = "beta";

/** Valid bodies for routes with parameters in their address: whatever is refused is so for the address. */
const bodies: Readonly<Record<string, unknown>> = {
  "put /agents/{name}": { name: "guarded", model: "simulated/demo" },
  "post /agents/{name}/check": { name: "guarded", model: "simulated/demo" },
  "post /agents/{name}/drafts": {
    spec: { name: "guarded", model: "simulated/demo" },
    input: { text: "q" },
  },
  "put /connections/{name}": { settings: { kind: "search", service: "brave" } },
  "put /credentials/{name}": {
    kind: "header",
    secret: "secret of a test",
    binding: { hosts: ["api.test"], headers: ["x-key"] },
  },
  "put /notification-channels/{name}": {
    target: { kind: "webhook", url: "https://hooks.example.com/x" },
  },
  "put /schedules/{name}": {
    name: "guarded",
    when: { cron: "@yearly" },
    start: { kind: "run", agent: "guarded", input: { text: "q" } },
  },
  "post /schedules/{name}/backfill": {
    from: "2020-01-01T00:00:00Z",
    until: "2020-01-02T00:00:00Z",
    dryRun: true,
  },
  "post /tools/{name}/calls": { input: {} },
  "post /runs/{runId}/interrupts/{interruptId}/answer": { action: "redo" },
  "put /runs/{runId}/interrupts/{interruptId}/assignee": { userId: null },
  "post /runs/{runId}/interrupts/{interruptId}/comments": { text: "hm" },
  "post /runs/{runId}/fork": {},
  "put /triggers/{name}": {
    source: { kind: "ended", of: "run" },
    start: { kind: "run", agent: "guarded", input: { text: "again" } },
  },
  "post /hooks/{triggerId}": {},
  "put /mcp-servers/{name}": { transport: { kind: "http", url: "https://mcp.example.com" } },
  "post /mcp-servers/{name}/prompts/{prompt}": { arguments: {} },
  "post /mcp-sign-ins": { state: "x" },
  "post /mcp-servers/{name}/approve": { hash: "0".repeat(64) },
  "post /mcp-servers/{name}/tools/approve": { tools: [{ tool: "x", hash: "0".repeat(64) }] },
  "post /mcp-servers/{name}/tools/withdraw": { tools: ["x"] },
  "post /runs/{runId}/messages": { text: "Taken" },
  "post /runs/{runId}/turns": { text: "Taken" },
  "post /runs/{runId}/calls/{callId}": { output: "taken" },
  "post /runs/{runId}/feedback": { target: { kind: "run" }, rating: 1 },
  "post /runs/{runId}/plan/edits": { version: 1, edits: [{ edit: "remove", id: "a" }] },
  "patch /batches/{batchId}": { priority: 1 },
  "patch /organisations/{organisation}": { name: "Taken" },
  "patch /members/{userId}": { role: "approver" },
  "put /tool-rules/{toolRuleId}": { effect: "ask", tool: "guarded" },
  "post /tool-policy/versions/{version}/restore": {},
  "put /rules/{ruleId}": {
    effect: "allow",
    who: { kind: "role", role: "viewer" },
    permission: "agents.read",
  },
  "post /dead-letters/{letterId}/correct": { data: { question: "7 * 6" } },
  "post /dead-letters/{letterId}/discard": { reason: "Taken" },
  "patch /threads/{threadId}": { title: "Taken" },
  "post /threads/{threadId}/messages": { text: "Taken" },
  "post /keys/{keyId}/rotate": {},
  "post /agents/{name}/ag-ui": {
    threadId: "t",
    runId: "r",
    messages: [{ id: "m", role: "user", content: "6 * 7" }],
    tools: [],
    context: [],
  },
};
const rows = "question\n6 * 7\n";
/** Names are each organisation's own: what the other makes goes by this one. */
const othersName = "theirs";
const makesNamed = new Set([
  "put /agents/{name}",
  "post /agents/{name}/check",
  "post /agents/{name}/drafts",
  "put /connections/{name}",
  "put /credentials/{name}",
  "put /notification-channels/{name}",
  "put /triggers/{name}",
  "put /mcp-servers/{name}",
  "put /schedules/{name}",
]);

/** What is named in these addresses is not an organisation's, or is the caller's own under that name. */
const open = new Set([
  ...makesNamed,
  "post /routes/{name}/test",
  "post /tools/{name}/reset",
  "post /tools/{name}/calls",
]);

/** Answers that have no end. */
const isStream = (path: string) => path.endsWith("/stream");

/**
 * Every operation of the document, asked by nobody, by each role of another organisation, and by each
 * role of the organisation whose things are named: what is answered must follow from the operation's
 * `x-permission` and the role, and whatever another organisation asks for is not there.
 *
 * @returns a line per answer that is wrong, and how many were asked for
 */
export async function matrixFaults(matrix: Matrix): Promise<{ asked: number; faults: string[] }> {
  const routes = routesOf(matrix);
  const faults = routes.flatMap((route) => unprepared(route, matrix));
  if (faults.length > 0) return { asked: 0, faults };
  let asked = 0;
  const check = async (asker: Asker, route: Route) => {
    asked += 1;
    const { status } = await matrix.ask(asker, requestBy(asker, route, matrix));
    const fault = wrong(asker, route, status);
    if (fault) faults.push(`${nameOf(asker)}: ${route.name} answers ${status}, not ${fault}`);
  };
  for (const route of routes) await check(null, route);
  const before = await snapshot(matrix, routes);
  for (const role of roles) {
    for (const route of routes) await check({ organisation: other, role }, route);
  }
  const after = await snapshot(matrix, routes);
  for (const [name, answer] of before) {
    if (answer.status !== 200) faults.push(`owner: ${name} answers ${answer.status}, not 200`);
    if (answer.body !== after.get(name)?.body) faults.push(`${name} was changed from outside`);
  }
  // The weakest first: who may delete things comes last.
  for (const role of roles.toReversed()) {
    for (const route of routes) await check({ organisation: homeOrganisation, role }, route);
  }
  return { asked, faults };
}

function routesOf({ document }: Matrix): Route[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      name: `${method} ${path.replace("/api/v1", "")}`,
      method: method.toUpperCase(),
      path,
      guard: operation["x-permission"] ?? "",
      operation,
      parameters: (operation.parameters ?? []).flatMap((one) =>
        one.in === "path" ? [one.name] : [],
      ),
    })),
  );
}

/** What the matrix does not know of a route: a new one is told here what it takes. */
function unprepared(route: Route, { known }: Matrix): string[] {
  const { name, guard, parameters, operation } = route;
  const faults = parameters
    .filter((parameter) => known[parameter] === undefined)
    .map((parameter) => `${name}: the matrix knows no ${parameter}`);
  if (guard === "") faults.push(`${name}: has no rule`);
  const isJson = operation.requestBody?.content["application/json"] !== undefined;
  if (parameters.length > 0 && operation.requestBody?.required && isJson && !open.has(name)) {
    if (bodies[name] === undefined) faults.push(`${name}: the matrix knows no body`);
  }
  return faults;
}

function requestOf({ name, method, path, operation }: Route, { known }: Matrix): MatrixRequest {
  const address = path.replaceAll(/\{(\w+)\}/g, (_all, parameter: string) =>
    encodeURIComponent(known[parameter] ?? ""),
  );
  const content = operation.requestBody?.content ?? {};
  // The stream's beginning is all that is asked for.
  const asked = isStream(path) ? "HEAD" : method;
  if ("text/csv" in content) {
    return { method: asked, path: address, body: rows, contentType: "text/csv" };
  }
  const body = bodies[name];
  if (body === undefined) return { method: asked, path: address };
  const contentType = "application/json";
  return { method: asked, path: address, body: JSON.stringify(body), contentType };
}

function requestBy(asker: Asker, route: Route, matrix: Matrix): MatrixRequest {
  const request = requestOf(route, matrix);
  if (asker?.organisation !== other || !makesNamed.has(route.name)) return request;
  const { name = "" } = matrix.known;
  const body = request.body?.replace(JSON.stringify(name), JSON.stringify(othersName));
  return { ...request, path: request.path.replace(name, othersName), ...(body && { body }) };
}

/** What should have been answered; undefined: that is so. */
function wrong(
  asker: Asker,
  { name, guard, parameters }: Route,
  status: number,
): string | undefined {
  if (status >= 500 && name !== "get /readyz") return "an answer";
  if (guard === "public") return status === 403 ? "something for everyone" : undefined;
  if (!asker) return status === 401 ? undefined : "401";
  if (status === 401) return "an answer for somebody known";
  if (!mayAsk(asker, guard)) return status === 403 ? undefined : "403";
  if (asker.organisation === other && parameters.length > 0 && !open.has(name)) {
    return status === 404 ? undefined : "404";
  }
  return status === 403 ? "what the role may have" : undefined;
}

function mayAsk({ organisation, role }: NonNullable<Asker>, guard: string): boolean {
  if (guard === "signed-in") return true;
  if (guard.startsWith("fleet.") && organisation !== homeOrganisation) return false;
  return rolePermissions[role].has(guard as Permission);
}

/** Everything named that can be read, as its owner sees it. */
async function snapshot(matrix: Matrix, routes: Route[]): Promise<Map<string, MatrixAnswer>> {
  const read = routes.filter(({ method, parameters }) => method === "GET" && parameters.length > 0);
  const owner = { organisation: homeOrganisation, role: "owner" } as const;
  const answers = await Promise.all(
    read.map(async (route) => {
      const { status, body } = await matrix.ask(owner, requestOf(route, matrix));
      // Since when it is measured is another moment each time.
      const isMoving = route.name.endsWith("/certificate") || route.name.includes("/keys/");
      return [route.name, { status, body: isMoving ? "" : body }] as const;
    }),
  );
  return new Map(answers);
}

function nameOf(asker: Asker): string {
  return asker ? `${asker.role} of ${asker.organisation}` : "nobody";
}
