import type { Clock, Log } from "@flotilla/core";
import type { Store } from "@flotilla/store";
import type { Redactor } from "../redact/redactor.ts";
import { openBroker, type Broker } from "./broker.ts";
import { CredentialBook } from "./credential-book.ts";
import { openMcpSignIns, type McpSignInVault } from "./mcp-sign-ins.ts";
import { openKeyring, type Keyring } from "./keyring.ts";
import type { KeyWrapper } from "./key-wrapper.ts";
import { UseLog } from "./use-log.ts";

export interface VaultParts {
  store: Pick<Store, "credentials" | "signals" | "mcpSignIns">;
  keys: readonly KeyWrapper[];
  /** Whether this process looks at the certificates of the hosts it talks to. */
  checksCertificates: boolean;
  redact: Redactor;
  clock: Clock;
  log: Log;
}

/** The vault of a process. */
export interface Vault {
  keyring: Keyring;
  credentials: Broker;
  signIns: McpSignInVault;
  /** Resolves when credentials that were set before are known here. */
  refresh(): Promise<void>;
  /** Writes the uses that were noted so far. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export async function openVault(parts: VaultParts): Promise<Vault> {
  const keyring = openKeyring(parts.keys);
  const book = await CredentialBook.open({ ...parts, keyring });
  const uses = new UseLog(parts);
  return {
    keyring,
    signIns: openMcpSignIns({ ...parts, keyring }),
    credentials: openBroker(book, uses, parts.checksCertificates),
    refresh: () => book.refresh(),
    flush: () => uses.write(),
    async close() {
      book.close();
      await uses.close();
    },
  };
}
