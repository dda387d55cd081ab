import {
  toFlotillaError,
  type Clock,
  type CredentialScope,
  type Log,
  type ProviderCredential,
  placeholderOf,
} from "@flotilla/core";
import type { SealedVersion, Store, StoredCredential } from "@flotilla/store";
import type { Learnt, Redactor } from "../redact/redactor.ts";
import type { Keyring } from "./keyring.ts";
import { contextOf, openCredential, type CredentialPlace } from "./sealed-credential.ts";

export interface BookParts {
  store: Pick<Store, "credentials" | "signals">;
  keyring: Keyring;
  redact: Redactor;
  clock: Pick<Clock, "now">;
  log: Log;
}

/** A version that was opened. */
interface OpenedVersion {
  dataKey: Buffer;
  learnt: Learnt[];
  goneAt?: number;
}

/** The secret of a version that is gone may still come back from a call that was under way. */
const knownAfterMs = 3_600_000;

/** Secrets that are opened at once when a process starts: each may ask a key service. */
const opensAtOnce = 8;

/**
 * The credentials of all organisations as a process holds them: sealed, with their data keys, so that a use
 * costs no statement and no secret stands in memory for longer than its use. It is told by NOTIFY when one
 * changes. What it opens, the redactor of its organisation knows until an hour after the version is gone.
 */
export class CredentialBook {
  readonly #parts: BookParts;
  #byName = new Map<string, StoredCredential>();
  #byProvider = new Map<string, StoredCredential>();
  /** By credential and version. */
  readonly #opened = new Map<string, OpenedVersion>();
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
    for (const { dataKey } of this.#opened.values()) dataKey.fill(0);
    this.#opened.clear();
  }

  async #read(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      const all = await this.#parts.store.credentials.stored();
      this.#byName = new Map(all.map((one) => [keyOf(one, one.name), one]));
      const keys = all.filter(({ provider }) => provider !== null);
      this.#byProvider = new Map(keys.map((one) => [keyOf(one, one.provider ?? ""), one]));
      await this.#learn(all);
      this.#forget(all);
    }
  }

  /** Of what is gone the data key goes at once, and later what the redactor knows. */
  #forget(all: StoredCredential[]): void {
    const now = this.#parts.clock.now();
    const kept = new Set(all.flatMap((one) => one.versions.map((version) => idOf(one, version))));
    for (const [id, opened] of this.#opened) {
      if (kept.has(id)) continue;
      opened.dataKey.fill(0);
      opened.goneAt ??= now;
      if (now - opened.goneAt < knownAfterMs) continue;
      for (const one of opened.learnt) one.forget();
      this.#opened.delete(id);
    }
  }

  /** Opens what is new, so that it is known when it comes back from wherever. */
  async #learn(all: StoredCredential[]): Promise<void> {
    const versions = all.flatMap((one) => one.versions.map((version) => ({ one, version })));
    const fresh = versions.filter(({ one, version }) => !this.#opened.has(idOf(one, version)));
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
    const known = this.#opened.get(key);
    const dataKey =
      known?.dataKey ?? (await keyring.unwrap(version.keyId, version.wrappedKey, contextOf(place)));
    const secret = openCredential(dataKey, place, version.sealed);
    // Two may have opened it at once.
    if (!this.#opened.has(key)) {
      const own = redact.of(organisation);
      const learnt = secretsWithin(credential.kind, secret).map((part) => own.learn(part));
      this.#opened.set(key, { dataKey, learnt });
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
