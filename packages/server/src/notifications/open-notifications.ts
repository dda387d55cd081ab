import type { AccessRule, Invitation, Log, RedactPort } from "@flotilla/core";
import { systemClock } from "@flotilla/engine";
import type { Store } from "@flotilla/store";
import { openOutgoing, type Outgoing } from "@flotilla/tools";
import type { Config } from "../config.ts";
import type { Vault } from "../vault/open-vault.ts";
import { openDeliverer } from "./deliver-notifications.ts";
import { openLinks } from "./links.ts";
import { openPostOffice } from "./post-office.ts";
import { openEmailSender } from "./send-email.ts";
import { openInvitationMail } from "./send-invitation.ts";
import { openWebhookSender } from "./send-webhook.ts";

export interface Notifications {
  app: { outgoing: Pick<Outgoing, "check">; sendsEmail: boolean };
  /** Undefined when no SMTP server is configured. */
  onInvitation: ((invitation: Invitation, link: string) => Promise<void>) | undefined;
  close(): Promise<void>;
}

/** How a server tells people and services of what happens, as the configuration has it. */
export function openNotifications(parts: {
  config: Pick<Config, "smtp" | "publicUrl" | "httpAllow">;
  store: Store;
  vault: Pick<Vault, "credentials">;
  rules(organisation: string): Promise<readonly AccessRule[]>;
  redact: RedactPort;
  log: Log;
}): Notifications {
  const { config, store, vault, rules, redact, log } = parts;
  const outgoing = openOutgoing(config.httpAllow);
  const links = openLinks(config.publicUrl);
  const office = config.smtp && openPostOffice(config.smtp);
  const common = { clock: systemClock, links };
  const deliverer = openDeliverer({
    ...{ store, redact, log, clock: systemClock, random: Math.random },
    senders: {
      webhook: openWebhookSender({ ...common, outgoing, credentials: vault.credentials }),
      email: openEmailSender({ office, rules, links }),
    },
  });
  return {
    app: { outgoing, sendsEmail: office !== undefined },
    onInvitation: office && openInvitationMail({ office, log }),
    close: () => deliverer.close(),
  };
}
