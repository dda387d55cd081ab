import {
  toFlotillaError,
  type CredentialScope,
  type Log,
  type ProviderCredential,
  placeholderOf,
} from "@flotilla/core";
import type { SealedVersion, Store, StoredCredential } from "@flotilla/store";
import type { Redactor } from "../redact/redactor.ts";
import type { Keyring } from "./keyring.ts";
import { contextOf, openCredential, type CredentialPlace } from "./sealed-credential.ts";

export interface BookParts {
  store: Pick<Store, "credentials" | "signals">;
  keyring: Keyring;
  redact: Redactor;
  log: Log;
}

/** Secrets that are opened at once when a process starts: each may ask a key service. */
const opensAtOnce = 8;

/**
 * The credentials of all organisations as a process holds them: sealed, with their data keys, so that a use
 * costs no statement and no secret stands in memory for longer than its use. It is told by NOTIFY when one
 * changes. What it opens, the redactor knows from then on.
 */
export class CredentialBook {
  readonly #parts: BookParts;
  #byName = new Map<string, StoredCredential>();
  #byProvider = new Map<string, StoredCredential>();
  /** By credential and version. */
  readonly #dataKeys = new Map<string, Buffer>();
  readonly #unlisten: (() => void)[];
  #reading: Promise<void> | undefined;
  #isStale = false;

  private constructor(parts: BookParts) {
    this.#parts = parts;
    const { signals } = parts.store;
    const refresh = () => void this.refresh().catch((error: unknown) => this.#tell(error));
    this.#unlisten = [signals.onCredentialChange(refresh), signals.onCatchUp(refresh)];
  }

  static async open(parts: BookParts): Promise<CredentialBook> {
    const book = new CredentialBook(parts);
    await book.refresh();
    return book;
  }

  find(name: string, scope: CredentialScope): StoredCredential | undefined {
    return this.#byName.get(keyOf(scope, name));
  }

  ofProvider(provider: string, scope: CredentialScope): ProviderCredential | undefined {
    const found = this.#byProvider.get(keyOf(scope, provider));
    return found && { id: found.id, placeholder: placeholderOf(found.name) };
  }

  /** The secret of the version in use. Throws `credentials_missing` when the vault lacks its key. */
  async reveal(credential: StoredCredential): Promise<string> {
    const version = credential.versions.find((one) => one.version === credential.version);
    if (!version)
      throw new Error(`Credential ${credential.id} has no version ${credential.version}.`);
    return this.#open(credential, version);
  }

  /** Reads everything anew; resolves when what was committed before the call is known. */
  async refresh(): Promise<void> {
    this.#isStale = true;
    this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
    await this.#reading;
  }

  close(): void {
    for (const end of this.#unlisten) end();
    for (const key of this.#dataKeys.values()) key.fill(0);
    this.#dataKeys.clear();
  }

  async #read(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      const all = await this.#parts.store.credentials.stored();
      this.#byName = new Map(all.map((one) => [keyOf(one, one.name), one]));
      const keys = all.filter(({ provider }) => provider !== null);
      this.#byProvider = new Map(keys.map((one) => [keyOf(one, one.provider ?? ""), one]));
      await this.#learn(all);
    }
  }

  /** Opens what is new, so that it is known when it comes back from wherever. */
  async #learn(all: StoredCredential[]): Promise<void> {
    const versions = all.flatMap((one) => one.versions.map((version) => ({ one, version })));
    const fresh = versions.filter(({ one, version }) => !this.#dataKeys.has(idOf(one, version)));
    const lane = async () => {
      for (let next = fresh.pop(); next; next = fresh.pop()) {
        await this.#open(next.one, next.version).catch((error: unknown) => this.#tell(error));
      }
    };
    await Promise.all(Array.from({ length: opensAtOnce }, lane));
  }

  async #open(credential: StoredCredential, version: SealedVersion): Promise<string> {
    const { keyring, redact } = this.#parts;
    const { id: credentialId, organisation } = credential;
    const place: CredentialPlace = { organisation, credentialId, version: version.version };
    const key = idOf(credential, version);
    let dataKey = this.#dataKeys.get(key);
    const isNew = !dataKey;
    dataKey ??= await keyring.unwrap(version.keyId, version.wrappedKey, contextOf(place));
    const secret = openCredential(dataKey, place, version.sealed);
    if (isNew) {
      this.#dataKeys.set(key, dataKey);
      for (const part of secretsWithin(credential.kind, secret)) redact.learn(part);
    }
    return secret;
  }

  #tell(error: unknown): void {
    const { message } = toFlotillaError(error);
    this.#parts.log.warn({ reason: message }, "a credential cannot be opened");
  }
}

/** Of `user:password` the password alone is a secret too. */
export function secretsWithin(kind: StoredCredential["kind"], secret: string): string[] {
  return kind === "basic" ? [secret, secret.slice(secret.indexOf(":") + 1)] : [secret];
}

function keyOf({ organisation, environment }: CredentialScope, name: string): string {
  return `${organisation}/${environment}/${name}`;
}

function idOf({ id }: StoredCredential, { version }: SealedVersion): string {
  return `${id}/${version}`;
}
