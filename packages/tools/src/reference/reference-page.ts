import type { JsonObject, ToolInfo } from "@flotilla/core";
import { schemaWords } from "./schema-words.ts";

const head = `# Tools reference

Every built-in tool as its definition has it. What the words mean is in [tools.md](tools.md).

<!-- made from the registry: npm run reference -w packages/tools -->`;

/** The page of the docs about tools, made from their definitions. */
export function referencePage(tools: readonly ToolInfo[]): string {
  return `${[head, contents(tools), ...tools.map(section)].join("\n\n")}\n`;
}

function contents(tools: readonly ToolInfo[]): string {
  return tools.map(({ name }) => `[${name}](#${name})`).join(" · ");
}

function section(tool: ToolInfo): string {
  const fields = fieldsOf(tool.input);
  const input =
    fields.length > 0 ? table(["input", "takes", "says"], fields) : "It takes no input.";
  const outcome = fieldsOf(tool.output);
  const output =
    outcome.length > 0
      ? table(["output", "is", "says"], outcome)
      : `It answers with ${schemaWords(tool.output)}.`;
  const examples = (tool.examples ?? []).map(({ input: given, output: answer }) =>
    [
      "```json",
      JSON.stringify(
        answer === undefined ? { input: given } : { input: given, output: answer },
        null,
        2,
      ),
      "```",
    ].join("\n"),
  );
  return [`## ${tool.name}`, plain(tool.description), facts(tool), input, output, ...examples].join(
    "\n\n",
  );
}

/** Each field of an object: its name, what it takes, what it says of itself. */
function fieldsOf(schema: JsonObject): string[][] {
  const properties = (schema.properties ?? {}) as Record<string, JsonObject>;
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  return Object.entries(properties).map(([name, property]) => {
    const { default: unset, description } = property;
    const isOptional = !required.has(name) && unset === undefined;
    const left = unset === undefined ? "" : `; left out: ${JSON.stringify(unset)}`;
    return [
      `\`${name}\`${isOptional ? " (optional)" : ""}`,
      `${schemaWords(property)}${left}`,
      typeof description === "string" ? description : "",
    ];
  });
}

function facts(tool: ToolInfo): string {
  const { risk, reach, emits, reads, recovery, timeoutMs, maxAttempts } = tool;
  const terms = [
    ["risk", risk],
    ["reach", reach],
    ["results are", emits.join(", ") || "as trusted as the run"],
    ...(reads ? [["cleared for", reads.join(", ") || "nothing"]] : []),
    ["after a crash", recovery],
    ["timeout", `${timeoutMs / 1_000} s`],
    ["tries", String(maxAttempts)],
    ...termsOf(tool),
  ];
  return terms.map(([name, value]) => `${name}: **${value}**`).join(" · ");
}

function termsOf({ rateLimit, concurrency, cacheSeconds, costMicros }: ToolInfo): string[][] {
  return [
    ...(rateLimit ? [["rate", `${rateLimit.calls} calls in ${rateLimit.perSeconds} s`]] : []),
    ...(concurrency ? [["at once", `${concurrency.most} of ${concurrency.group}`]] : []),
    ...(cacheSeconds === undefined ? [] : [["cached for", `${cacheSeconds} s`]]),
    ...(costMicros === undefined ? [] : [["a call costs", `$${costMicros / 1_000_000}`]]),
  ];
}

function table(names: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map(plain).map(cell).join(" | ")} |`;
  return [line(names), `| ${names.map(() => "---").join(" | ")} |`, ...rows.map(line)].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

/** Text of a definition, in which nothing is Markdown but code. */
function plain(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[*_<>[\]](?![^`]*`(?:[^`]*`[^`]*`)*[^`]*$)/g, (sign) => `\\${sign}`)
    .trim();
}
