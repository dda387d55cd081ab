import type { ConnectionSet } from "@flotilla/api";
import type { Connection, ConnectionKind, ConnectionSettings } from "@flotilla/core";

/** A server as its fields hold it; no host: there is none. */
export interface ServerDraft {
  host: string;
  port: number;
  security: "tls" | "starttls" | "none";
}

/** A connection as its form holds it: everything may be empty or wrong. */
export interface ConnectionDraft {
  name: string;
  description: string;
  kind: ConnectionKind;
  address: string;
  sender: string;
  imap: ServerDraft;
  smtp: ServerDraft;
  url: string;
  server: ServerDraft;
  database: string;
  writable: boolean;
  service: "searxng" | "brave" | "tavily";
  ca: string;
  /** How it is opened: by what is written here, by a credential, by what it has, or by nothing. */
  login: "own" | "credential" | "kept" | "open";
  user: string;
  secret: string;
  credential: string | null;
}

const server = (port: number, host = ""): ServerDraft => ({ host, port, security: "tls" });

export const newConnection: ConnectionDraft = {
  ...{ name: "", description: "", kind: "mail", address: "", sender: "", url: "", database: "" },
  ...{ imap: server(993), smtp: server(465), server: server(5_432), writable: false, ca: "" },
  ...{ service: "searxng", login: "own", user: "", secret: "", credential: null },
};

export function draftOf({ name, description, settings, credential }: Connection): ConnectionDraft {
  const { kind } = settings;
  const draft: ConnectionDraft = {
    ...newConnection,
    ...{ name, description, kind, login: credential === null ? "open" : "kept" },
    ...("ca" in settings && settings.ca !== undefined && { ca: settings.ca }),
  };
  switch (settings.kind) {
    case "mail": {
      const { address, sender = "", imap, smtp = newConnection.smtp } = settings;
      return { ...draft, address, sender, imap, smtp };
    }
    case "database": {
      const { host, port, security, database, writable } = settings;
      return { ...draft, server: { host, port, security }, database, writable };
    }
    case "calendar":
      return { ...draft, url: settings.url };
    case "search":
      return { ...draft, service: settings.service, url: settings.url ?? "" };
  }
}

/** What is sent of it: fields that are left empty are left out, and so is a login that stays as it is. */
export function setOf(draft: ConnectionDraft): ConnectionSet {
  const { login, user, secret, credential, description } = draft;
  return {
    settings: settingsOf(draft),
    description,
    ...(login === "own" && { login: { ...(user && { user }), secret } }),
    ...(login === "credential" && credential !== null && { credential }),
  };
}

function settingsOf(draft: ConnectionDraft): ConnectionSettings {
  const { kind, address, sender, imap, smtp, url, database, writable, service } = draft;
  const ca = draft.ca.trim() === "" ? {} : { ca: draft.ca.trim() };
  switch (kind) {
    case "mail":
      return {
        ...{ kind, address: address.trim(), imap, ...ca },
        ...(sender && { sender }),
        ...(smtp.host !== "" && { smtp }),
      };
    case "calendar":
      return { kind, url: url.trim(), ...ca };
    case "database": {
      const { host, port, security } = draft.server;
      const isPrivate = security === "none" ? "none" : "tls";
      return { kind, host, port, security: isPrivate, database, writable, ...ca };
    }
    case "search":
      return { kind, service, ...(url.trim() !== "" && { url: url.trim() }) };
  }
}
