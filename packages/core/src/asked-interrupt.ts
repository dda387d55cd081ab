import { visibleText } from "./hidden-characters.ts";
import type { InterruptKind, InterruptSettings } from "./interrupt.ts";
import type { Role } from "./role.ts";
import type { OpenInterrupt, Run } from "./run.ts";

/** An interrupt as the inbox keeps it. */
export interface AskedInterrupt {
  interruptId: string;
  kind: InterruptKind;
  /** Hidden characters are written out in it. */
  prompt: string;
  tool?: string;
  /** Of what is approved. */
  hash?: string;
  audienceRole?: Role;
  audienceUser?: string;
  raisedAt: string;
  expiresAt?: string;
  remindSeconds?: number;
  escalateSeconds?: number;
  escalateTo?: Role;
}

/** Characters of a prompt that lists show. */
const longestPrompt = 1_000;

/** What a run that begins to wait asks people, for the inbox. */
export function askedInterrupts(run: Run, settings: InterruptSettings | undefined) {
  return run.interrupts.map((open) => askedInterrupt(open, settings));
}

function askedInterrupt(
  open: OpenInterrupt,
  settings: Partial<InterruptSettings> = {},
): AskedInterrupt {
  const { interruptId, kind, raisedAt, expiresAt, audience = {} } = open;
  const { remindSeconds, escalateSeconds, escalateTo } = settings;
  return {
    interruptId,
    kind,
    prompt: visibleText(open.prompt.slice(0, longestPrompt)),
    ...("tool" in open && { tool: open.tool }),
    ...("hash" in open && { hash: open.hash }),
    ...(audience.role && { audienceRole: audience.role }),
    ...(audience.userId && { audienceUser: audience.userId }),
    raisedAt,
    ...(expiresAt && { expiresAt }),
    ...(remindSeconds && { remindSeconds }),
    ...(escalateSeconds && { escalateSeconds }),
    ...(escalateSeconds && escalateTo && { escalateTo }),
  };
}
