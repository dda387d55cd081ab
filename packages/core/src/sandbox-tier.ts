import { z } from "zod";

/**
 * What stands between a program and the machine. `landlock`: the kernel's own rules for files, a filter of its
 * calls, and a supervisor. `landlock+bubblewrap`: the same inside namespaces of its own. `none`: nothing that
 * could be relied on, so nothing is started.
 */
export const sandboxTiers = ["none", "landlock", "landlock+bubblewrap"] as const;
export type SandboxTier = (typeof sandboxTiers)[number];

/** What a worker found on its machine. */
export const foundSandboxSchema = z.object({
  tier: z.enum(sandboxTiers),
  /** Why it is no stronger tier; empty for the strongest. */
  why: z.string(),
});
export type FoundSandbox = z.infer<typeof foundSandboxSchema>;

/** Why a tier is no stronger one where the settings want it so; nothing is to be done about it then. */
export const sandboxTurnedOff = "the settings turn it off";
export const sandboxHeldBack = "the settings ask for no more";

/** What can be done where programs are held less well than they could be; undefined: nothing needs to. */
export function sandboxRemedy({ tier, why }: FoundSandbox): string | undefined {
  if (tier === "landlock+bubblewrap" || why === sandboxHeldBack || why === sandboxTurnedOff) {
    return undefined;
  }
  return tier === "landlock"
    ? "Install bubblewrap where the worker runs and let it make namespaces, or set sandbox.tier to landlock if this tier is meant."
    : "Run workers on Linux 5.13 or newer with Landlock turned on; docs/sandbox.md says how in containers.";
}
