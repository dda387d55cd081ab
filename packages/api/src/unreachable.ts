import { FlotillaError } from "@flotilla/core";

/** Nobody answers, for now. */
export function unreachable(message: string, cause?: unknown): FlotillaError {
  return new FlotillaError("unavailable", message, {
    transient: true,
    remedy: "Start the platform with `flotilla up`, or name its address with --url.",
    ...(cause !== undefined && { cause }),
  });
}
