import { FlotillaError } from "@flotilla/core";

/** What errors of the libraries and of Node say about what went wrong. */
interface Failure extends Error {
  code?: string;
  /** Of IMAP: it was the login. */
  authenticationFailed?: boolean;
  /** Of IMAP: what the server said. */
  responseText?: string;
  /** Of SMTP: what the server said. */
  response?: string;
  responseCode?: number;
  /** Of SMTP: what the code was before. */
  originalCode?: string;
  errors?: Failure[];
}

const network = [
  ...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH"],
  ...["EAI_AGAIN", "NoConnection", "EConnectionClosed", "CONNECT_TIMEOUT", "GREETING_TIMEOUT"],
  ...["UPGRADE_TIMEOUT", "ETIMEOUT", "ECONNECTION", "ESOCKET", "ClosedAfterConnectText"],
  ...["ClosedAfterConnectTLS", "ETIMEDOUT", "UND_ERR_SOCKET", "UND_ERR_CONNECT_TIMEOUT"],
];

const certificate =
  /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_TLS|^ERR_SSL|^EPROTO|^ETLS$|STARTTLS|^UPGRADE|ERR_OSSL/;

/**
 * What went wrong between us and a server of a connection, in words that say what to do.
 *
 * @param what names the server: `The mail server imap.example.com:993`
 */
export function connectionError(what: string, thrown: unknown): FlotillaError {
  if (thrown instanceof FlotillaError) return thrown;
  const failure = thrown as Failure;
  const cause = { cause: thrown };
  const first = failure.errors?.[0];
  const codes = [failure.originalCode, failure.code, first?.code].filter(
    (code) => code !== undefined,
  );
  const said = failure.responseText ?? failure.response ?? failure.message;
  const words = (said || first?.message || String(thrown))
    .replace(/\s+/g, " ")
    .slice(0, 300)
    .replace(/\.$/, "");
  if (failure.authenticationFailed || codes.includes("EAUTH") || failure.responseCode === 535) {
    return new FlotillaError("tool_failed", `${what} refused the login: ${words}.`, {
      remedy: "Set the connection again with the right login: flotilla connections add",
      ...cause,
    });
  }
  if (codes.some((code) => certificate.test(code)) || /starttls|certificate/i.test(words)) {
    return new FlotillaError(
      "tool_failed",
      `${what} offers no TLS that can be trusted: ${words}.`,
      {
        remedy:
          "Nothing was said over it. Correct the server's certificate, or the connection's settings.",
        ...cause,
      },
    );
  }
  const isNetwork = codes.some((code) => network.includes(code));
  const isLater = failure.responseCode !== undefined && failure.responseCode < 500;
  return new FlotillaError(
    "tool_failed",
    isNetwork ? `${what} cannot be reached: ${words}.` : `${what} refused: ${words}.`,
    { transient: isNetwork || isLater, ...cause },
  );
}
