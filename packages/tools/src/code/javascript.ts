import { defineTool, type Tool } from "../tool.ts";
import { codeContract, codeInput, runCode, timeoutOf, type CodeParts } from "./run-code.ts";

/** The platform's own Node, in the sandbox. Without a sandbox it refuses; `code_expression` is another tool. */
export function codeJavascript(parts: CodeParts): Tool {
  return defineTool({
    ...codeContract,
    name: "code_javascript",
    description:
      "Runs JavaScript with Node.js in the workspace: modules of Node, its files, child processes. Answers what it printed " +
      "and its exit code. No network (fetch with http_fetch and save with files_write), no packages of npm. " +
      "Temporary files go to the folder in TMPDIR.",
    input: codeInput(parts.settings),
    timeoutMs: timeoutOf(parts.settings),
    call: (input, context) => {
      const heap = Math.floor((input.memoryMegabytes ?? parts.settings.memoryMegabytes) * 0.75);
      const args = [
        `--max-old-space-size=${heap}`,
        "--disable-warning=ExperimentalWarning",
        "--eval",
        input.code,
        "--",
        ...(input.args ?? []),
      ];
      return runCode(parts, { command: "node", args }, input, context);
    },
  });
}
