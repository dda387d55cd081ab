import type { Invitation, Log } from "@flotilla/core";
import { emailText } from "./email-text.ts";
import type { PostOffice } from "./post-office.ts";

/**
 * Sends an invitation's link to its address, once: who invited has the link too, since nothing keeps it. What goes wrong is
 * told in the log.
 */
export function openInvitationMail(parts: { office: PostOffice; log: Log }) {
  const { office, log } = parts;
  return async (invitation: Invitation, link: string): Promise<void> => {
    const { id, email, organisation, role, createdBy, expiresAt } = invitation;
    const sent = office.send({
      id,
      to: email,
      ...emailText({
        subject: `${createdBy} invites you to ${organisation} on Flotilla`,
        body: "",
        facts: [
          ["Role", role],
          ["Good until", expiresAt],
        ],
        action: { label: "Accept the invitation", url: link },
        footer:
          "Whoever has this link can accept it in your place. If you expect no invitation, do nothing.",
      }),
    });
    // The answer to who invited does not wait for the mail server.
    void sent.then((result) => {
      if (result.kind === "delivered") return;
      log.warn({ invitation: id, reason: result.error }, "an invitation could not be e-mailed");
    });
  };
}
