import type { JsonObject, ToolInfo } from "@flotilla/core";

const mostDescription = 4_096;
const mostSchemaBytes = 64 * 1024;

/** What a definition that can be registered still has wrong with it, for the models that read it. */
export function definitionProblems(info: ToolInfo): string[] {
  const { description, risk, recovery } = info;
  const problems: string[] = [];
  if (description.length > mostDescription) {
    problems.push(
      `its description has ${description.length} characters, more than ${mostDescription}`,
    );
  }
  if (risk === "read" && recovery === "unknown") {
    problems.push(
      "it only reads, so a call that was cut off can run again: idempotent, not unknown",
    );
  }
  for (const side of ["input", "output"] as const) {
    const bytes = Buffer.byteLength(JSON.stringify(info[side]));
    if (bytes > mostSchemaBytes) {
      problems.push(`the schema of its ${side} has ${bytes} bytes, more than ${mostSchemaBytes}`);
    }
  }
  const { properties = {} } = info.input as { properties?: JsonObject };
  for (const name of Object.keys(properties)) {
    if (!/^[A-Za-z0-9_.-]{1,64}$/.test(name)) {
      problems.push(`some providers refuse the name of its field ${JSON.stringify(name)}`);
    }
  }
  return problems;
}
