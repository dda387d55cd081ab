import { FlotillaError } from "@flotilla/core";
import type { Config } from "../config.ts";
import { isLoopback } from "../http/loopback.ts";

/**
 * Whether callers must be known: as the configuration says, by default on every address that other
 * machines can reach, also where a proxy on this one lets them (`publicUrl` says so). Throws `config_invalid` for such an address without sign-in, or without the
 * address under which people reach it.
 */
export function signInMode(
  config: Pick<Config, "host" | "signIn" | "publicUrl">,
): "none" | "required" {
  const { host, publicUrl } = config;
  const isReached = !isLoopback(host);
  const reachedAt = publicUrl && new URL(publicUrl).hostname;
  const open = isReached || (reachedAt !== undefined && !isLoopback(reachedAt));
  const mode = config.signIn ?? (open ? "required" : "none");
  if (open && mode === "none") {
    throw new FlotillaError(
      "config_invalid",
      `signIn is none, but ${isReached ? host : publicUrl} can be reached from a network: whoever did would be the operator.`,
      { remedy: "Leave signIn out, or the host at 127.0.0.1 and publicUrl out." },
    );
  }
  if (isReached && !publicUrl) {
    throw new FlotillaError(
      "config_invalid",
      `The server listens on ${host}, but does not know the address that people open.`,
      { remedy: "Set publicUrl (FLOTILLA_PUBLIC_URL), for example https://flotilla.example.com." },
    );
  }
  return mode;
}
