import { existsSync } from "node:fs";
import { defineTool, type Tool } from "../tool.ts";
import { codeContract, codeInput, runCode, timeoutOf, type CodeParts } from "./run-code.ts";

const bash = "/usr/bin/bash";

/** The machine's shell and its programs, in the sandbox. */
export function shell(parts: CodeParts): Tool {
  return defineTool({
    ...codeContract,
    name: "shell",
    description:
      "Runs a shell script (bash where there is one) in the workspace, with the programs of the machine: text tools, archives, " +
      "compilers. Answers what it printed and its exit code. Each call starts anew in the workspace. No network " +
      "(fetch with http_fetch and save with files_write). Temporary files go to $TMPDIR.",
    input: codeInput(parts.settings),
    timeoutMs: timeoutOf(parts.settings),
    call: (input, context) => {
      const given = ["-c", input.code, "shell", ...(input.args ?? [])];
      const program = existsSync(bash)
        ? { command: bash, args: ["--noprofile", "--norc", ...given] }
        : { command: "sh", args: given };
      return runCode(parts, program, input, context);
    },
  });
}
