import { endpointsOf, type ConnectionKind, type ConnectionSettings } from "@flotilla/core";

export const kindWords: Record<ConnectionKind, string> = {
  mail: "Mailbox",
  calendar: "Calendar",
  database: "Database",
  search: "Search service",
};

/** Where it is, as its owner would say it. */
export function placeWords(settings: ConnectionSettings): string {
  const hosts = [...new Set(endpointsOf(settings).map(({ host, port }) => `${host}:${port}`))];
  const at = hosts.join(" and ");
  switch (settings.kind) {
    case "mail":
      return `${settings.address} at ${at}${settings.smtp ? "" : ", read only"}`;
    case "database":
      return `${settings.database} at ${at}, ${settings.writable ? "tools may change it" : "read only"}`;
    case "calendar":
      return settings.url;
    case "search":
      return `${settings.service} at ${at}`;
  }
}
