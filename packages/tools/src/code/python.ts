import { defineTool, type Tool } from "../tool.ts";
import { codeContract, codeInput, runCode, timeoutOf, type CodeParts } from "./run-code.ts";

/** The machine's own Python, in the sandbox. */
export function codePython(parts: CodeParts): Tool {
  return defineTool({
    ...codeContract,
    name: "code_python",
    description:
      "Runs Python 3 in the workspace: its standard library, what is installed beside it, the workspace's files. Answers what " +
      "it printed and its exit code. No network (fetch with http_fetch and save with files_write). " +
      "Temporary files go to the folder in TMPDIR.",
    input: codeInput(parts.settings),
    timeoutMs: timeoutOf(parts.settings),
    call: (input, context) => {
      const args = ["-u", "-B", "-c", input.code, ...(input.args ?? [])];
      return runCode(parts, { command: "python3", args }, input, context);
    },
  });
}
