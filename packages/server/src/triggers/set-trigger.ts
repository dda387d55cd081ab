import { randomBytes } from "node:crypto";
import type { TriggerMade, triggerSetSchema } from "@flotilla/api";
import { newId, startedBy, type Caller, type Trigger } from "@flotilla/core";
import type { StoreView } from "@flotilla/store";
import type { z } from "zod";
import type { AppParts } from "../app-parts.ts";
import { setCredential } from "../vault/set-credential.ts";
import { hookHeaders } from "./check-hook.ts";

type Given = z.output<typeof triggerSetSchema>;
type Parts = Pick<
  AppParts,
  "vault" | "models" | "redact" | "clock" | "providers" | "publicOrigin" | "mountPath"
>;

/** The credential that a trigger has of its own. */
export function ownTriggerCredential(trigger: string): string {
  return `trigger-${trigger}`;
}

/** Its secret goes nowhere: what comes in is checked with it. */
const nowhere = "trigger.invalid";

/**
 * Sets a trigger; a webhook without a credential gets one of its own, whose secret is in the answer. Throws
 * `credentials_missing` when the vault has no key.
 */
export async function setTrigger(
  parts: Parts,
  store: StoreView,
  caller: Caller,
  name: string,
  given: Given,
): Promise<TriggerMade> {
  let secret: string | undefined;
  const { source: wanted, start, enabled } = given;
  let source: Trigger["source"];
  if (wanted.kind === "webhook") {
    const credential = wanted.credential ?? ownTriggerCredential(name);
    source = { ...wanted, credential };
    if (wanted.credential === undefined && !(await store.credentials.find(credential))) {
      secret = `whsec_${randomBytes(32).toString("base64url")}`;
      const binding = {
        ...{ hosts: [nowhere], methods: ["POST" as const], query: [] },
        headers: Object.values(hookHeaders),
      };
      const description = `Signs what is sent to the trigger ${name}`;
      await setCredential(parts, store, caller, credential, {
        ...{ kind: "generic", description, binding, secret },
      });
    }
  } else {
    source = wanted;
  }
  const trigger = await store.triggers.set({
    ...{ id: newId("trg", parts.clock.now()), name, source, start, enabled },
    ...{ startedBy: startedBy(caller), createdBy: caller.name },
  });
  return { ...withAddress(parts, trigger), ...(secret !== undefined && { secret }) };
}

/** With where a webhook is to be sent; without a public address, from the server's own on. */
export function withAddress(
  { publicOrigin = "", mountPath = "/" }: Pick<AppParts, "publicOrigin" | "mountPath">,
  trigger: Trigger,
): TriggerMade {
  if (trigger.source.kind !== "webhook") return trigger;
  return { ...trigger, url: `${publicOrigin}${mountPath}api/v1/hooks/${trigger.id}` };
}
