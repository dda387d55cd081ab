import type { credentialSetSchema } from "@flotilla/api";
import {
  canonicalJson,
  FlotillaError,
  newId,
  toFlotillaError,
  type Caller,
  type Credential,
  type CredentialBinding,
} from "@flotilla/core";
import type { StoreView } from "@flotilla/store";
import type { z } from "zod";
import type { AppParts } from "../app-parts.ts";
import { isStrongEnough, providerKey, secretForms, setSecret } from "../redact/secret-forms.ts";
import { secretsWithin } from "./credential-book.ts";
import { sealCredential } from "./sealed-credential.ts";

type Given = z.output<typeof credentialSetSchema>;
type Parts = Pick<AppParts, "vault" | "models" | "redact" | "clock" | "providers">;

/**
 * Sets a credential: seals the secret, keeps it as a new version, and tries it where that is cheap. Throws
 * `invalid_request`, `credentials_missing` when the vault has no key, or `conflict`.
 */
export async function setCredential(
  parts: Parts,
  store: StoreView,
  caller: Caller,
  name: string,
  given: Given,
): Promise<Credential> {
  const { secret } = given;
  if (secret !== undefined) await checkSecret(parts, caller, given.kind, secret);
  const known = await store.credentials.find(name);
  const binding = given.binding ?? (await providerBinding(parts, given.provider));
  if (secret === undefined) {
    checkSame(known, given, binding, name);
    await store.credentials.describe(name, given.description);
    return readCredential(store, name);
  }
  const id = known?.id ?? newId("crd", parts.clock.now());
  const version = (known?.version ?? 0) + 1;
  const { organisation } = caller;
  const place = { organisation, credentialId: id, version };
  const sealed = await sealCredential(parts.vault.keyring, place, secret);
  await store.credentials.put({
    ...{ id, version, name, binding, ...sealed },
    kind: given.kind,
    provider: given.provider ?? null,
    description: given.description,
    createdBy: caller.name,
  });
  await parts.vault.refresh();
  return testCredential(parts, store, caller, await readCredential(store, name));
}

/** Asks a provider with the version in use and notes what came of it; other kinds are not tested. */
export async function testCredential(
  { models, vault, redact }: Parts,
  store: StoreView,
  caller: Caller,
  credential: Credential,
): Promise<Credential> {
  const { id, version, provider, name } = credential;
  if (provider === null) return credential;
  await vault.refresh();
  const { organisation, environment } = caller;
  const problem = await models.probe(provider, { organisation, environment }).then(
    () => "",
    (error: unknown) => toFlotillaError(error).message,
  );
  await store.credentials.noteTest({ id, version, message: redact.of(organisation).text(problem) });
  return readCredential(store, name);
}

/** Throws `not_found`. */
export async function readCredential(store: StoreView, name: string): Promise<Credential> {
  const found = await store.credentials.find(name);
  if (found) return found;
  throw new FlotillaError("not_found", `There is no credential ${name}.`);
}

/** It is learnt once it is kept: what is refused leaves nothing behind. */
async function checkSecret(
  { vault, redact }: Parts,
  { organisation }: Caller,
  kind: Credential["kind"],
  secret: string,
): Promise<void> {
  const parts = secretsWithin(kind, secret);
  const least = kind === "provider" ? providerKey : setSecret;
  // Where it is to go, nothing else can stand.
  if (/[^\t\x20-\x7e\x80-\xff]/.test(secret)) {
    throw invalid("it holds characters that no header can hold, such as a line break");
  }
  if (parts.some((part) => !isStrongEnough(part, least))) {
    const { length, characters } = least;
    throw invalid(
      `it has less than ${length} characters, or less than ${characters} different ones, and could not be told from other text`,
    );
  }
  const patterns = new Set(parts.flatMap((part) => Array.from(secretForms(part)))).size;
  if (patterns <= redact.of(organisation).room) return;
  // What has gone since may make room.
  await vault.refresh();
  if (patterns <= redact.of(organisation).room) return;
  const message = `${organisation} has as many and as long secrets as can be taken out of texts.`;
  throw new FlotillaError("conflict", message, {
    remedy: "Remove credentials that are not needed; there is room an hour later.",
  });
}

function invalid(why: string): FlotillaError {
  return new FlotillaError("invalid_request", `The secret cannot be kept: ${why}.`, {
    remedy: "Use the secret exactly as its issuer gave it.",
  });
}

/** Where a provider is called, and in which headers. */
async function providerBinding(
  { models, providers }: Parts,
  provider = "",
): Promise<CredentialBinding> {
  if (!Object.hasOwn(providers, provider)) {
    const known = Object.keys(providers).join(", ");
    throw new FlotillaError("invalid_request", `There is no provider ${provider}.`, {
      remedy: `Configure it under providers, or use one of: ${known}.`,
    });
  }
  const { url, headers } = await models.reach(provider);
  return { hosts: [url.host], methods: ["GET", "POST"], headers, query: [] };
}

/** A secret must not go where it was not set for: other bindings need the secret again. */
function checkSame(
  known: Credential | undefined,
  given: Given,
  binding: CredentialBinding,
  name: string,
): void {
  const provider = given.provider ?? null;
  const isSame =
    known !== undefined &&
    known.kind === given.kind &&
    known.provider === provider &&
    canonicalJson(known.binding) === canonicalJson(binding);
  if (isSame) return;
  const message = known
    ? `The binding of ${name} can be changed only together with its secret.`
    : `There is no credential ${name} yet, and a new one needs a secret.`;
  throw new FlotillaError("invalid_request", message, { remedy: "Send the secret as well." });
}
