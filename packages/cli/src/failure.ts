import { stripVTControlCharacters } from "node:util";
import { FlotillaError } from "@flotilla/core";
import { exitCodes, type ExitCode } from "./exit.ts";
import { Interrupted } from "./interrupt.ts";
import { UsageError } from "./usage.ts";

/** A thrown value as a person or a script is told of it. */
export interface Failure {
  exit: ExitCode;
  code: string;
  message: string;
  remedy?: string;
  requestId?: string;
}

/** @param path the words of the command that failed, where one was found */
export function describeFailure(error: unknown, path: string[]): Failure {
  if (error instanceof UsageError || isCittyError(error)) {
    const help = `See \`${["flotilla", ...path].join(" ")} --help\`.`;
    const remedy = error instanceof UsageError ? error.remedy : undefined;
    return {
      exit: exitCodes.usage,
      code: "usage",
      message: stripVTControlCharacters(error.message),
      remedy: remedy ? `${remedy} ${help}` : help,
    };
  }
  if (error instanceof Interrupted) {
    return { exit: exitCodes.interrupted, code: "interrupted", message: error.message };
  }
  if (error instanceof FlotillaError) {
    const requestId = error.details?.requestId;
    return {
      exit: error.code === "unavailable" ? exitCodes.unreachable : exitCodes.error,
      code: error.code,
      message: error.message,
      remedy: error.remedy,
      ...(typeof requestId === "string" && { requestId }),
    };
  }
  return {
    exit: exitCodes.error,
    code: "internal",
    message: error instanceof Error && error.message ? error.message : String(error),
    remedy: "Run it again with FLOTILLA_DEBUG=1 to see where this comes from.",
  };
}

export function failureText(failure: Failure): string {
  const lines = [`Error: ${failure.message}`];
  if (failure.remedy) lines.push(failure.remedy);
  if (failure.requestId) lines.push(`Request id: ${failure.requestId}`);
  return lines.join("\n");
}

export function failureDocument({ code, message, remedy, requestId }: Failure): object {
  return { error: { code, message, remedy: remedy ?? null, requestId: requestId ?? null } };
}

/** citty does not export its error class. */
function isCittyError(error: unknown): error is Error {
  return error instanceof Error && error.name === "CLIError";
}
