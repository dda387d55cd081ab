import { createTransport } from "nodemailer";
import { isLoopback } from "../http/loopback.ts";
import type { EmailText } from "./email-text.ts";
import type { SendResult } from "./sender.ts";
import type { SmtpSettings } from "./settings.ts";

export interface Email extends EmailText {
  /** The same however often it is sent: mail servers and readers may tell by it. */
  id: string;
  to: string;
}

/** Sends e-mail through the server of the settings. */
export interface PostOffice {
  send(email: Email): Promise<SendResult>;
}

const connectWithinMs = 10_000;
const silentForMs = 20_000;
const implicitTlsPort = 465;

/** @param timeoutMs how long one e-mail may take; default 40 s */
export function openPostOffice(settings: SmtpSettings, timeoutMs = 40_000): PostOffice {
  const { host, port, user, password, from } = settings;
  const secure = settings.secure ?? port === implicitTlsPort;
  const hasPassword = user !== undefined && password !== undefined;
  const address = /<([^<>]+)>\s*$/.exec(from)?.[1] ?? from;
  const domain = address.slice(address.lastIndexOf("@") + 1).trim();
  return {
    async send({ id, to, ...text }) {
      const transport = createTransport({
        ...{ host, port, secure },
        // A password goes over no open line, but to this machine.
        requireTLS: !secure && hasPassword && !isLoopback(host),
        ...(hasPassword && { auth: { user, pass: password } }),
        connectionTimeout: connectWithinMs,
        greetingTimeout: connectWithinMs,
        socketTimeout: silentForMs,
        // What a letter holds may name neither files nor addresses to be read.
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(() => {
        late.reject(new Error(`it took longer than ${timeoutMs / 1_000} s`));
      }, timeoutMs);
      try {
        const mail = {
          ...{ from, to: { name: "", address: to }, ...text },
          messageId: `<${id}@${domain}>`,
          headers: { "Auto-Submitted": "auto-generated", "X-Flotilla-Delivery": id },
        };
        await Promise.race([transport.sendMail(mail), late.promise]);
        return { kind: "delivered" };
      } catch (thrown) {
        return failureOf(thrown as SmtpError);
      } finally {
        clearTimeout(timer);
        transport.close();
      }
    },
  };
}

type SmtpError = Error & { code?: string; responseCode?: number };

/** A 5xx to the recipient or the message will not change; what is wrong with the server or its settings may. */
function failureOf({ code, responseCode = 0, message }: SmtpError): SendResult {
  const isFinal = responseCode >= 500 && (code === "EENVELOPE" || code === "EMESSAGE");
  return { kind: isFinal ? "failed" : "again", error: `SMTP: ${message}` };
}
