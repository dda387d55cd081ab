import { FlotillaError } from "@flotilla/core";
import { z } from "zod";
import { pause } from "./pause.ts";
import { unreachable } from "./unreachable.ts";

const clientId = "flotilla-cli";
const grantType = "urn:ietf:params:oauth:grant-type:device_code";

const deviceCodeSchema = z.object({
  device_code: z.string(),
  user_code: z.string(),
  verification_uri: z.string(),
  verification_uri_complete: z.string(),
  expires_in: z.number(),
  interval: z.number(),
});

const deviceTokenSchema = z.object({ access_token: z.string(), expires_in: z.number() });
const deviceErrorSchema = z.object({ error: z.string(), error_description: z.string().optional() });

/** What a person is shown, to confirm in a browser that this program is his. */
export interface DeviceCode {
  userCode: string;
  /** The page; and the same with the code in it. */
  page: string;
  link: string;
  /** Resolves once somebody has confirmed. Throws `unauthenticated` when he refuses, or too late. */
  token(signal?: AbortSignal): Promise<DeviceToken>;
}

export interface DeviceToken {
  token: string;
  /** ISO 8601. */
  expiresAt: string;
}

export interface DeviceSignInOptions {
  baseUrl: string;
  fetch?: typeof fetch;
}

/** Begins to sign a program in that has no browser (RFC 8628). */
export async function beginDeviceSignIn(options: DeviceSignInOptions): Promise<DeviceCode> {
  const answer = await post(options, "device/code", { client_id: clientId });
  if (!answer.ok) throw await refusal(answer);
  const code = deviceCodeSchema.parse(await answer.json());
  return {
    userCode: code.user_code,
    page: code.verification_uri,
    link: code.verification_uri_complete,
    token: (signal) => poll(options, code.device_code, code.interval * 1_000, signal),
  };
}

/** Ends the session of a token. */
export async function endSession(options: DeviceSignInOptions, token: string): Promise<void> {
  await post(options, "sign-out", {}, { authorization: `Bearer ${token}` });
}

async function poll(
  options: DeviceSignInOptions,
  deviceCode: string,
  intervalMs: number,
  signal: AbortSignal | undefined,
): Promise<DeviceToken> {
  const body = { grant_type: grantType, device_code: deviceCode, client_id: clientId };
  for (let waitMs = intervalMs; ;) {
    await pause(waitMs, signal);
    const answer = await post(options, "device/token", body);
    if (answer.ok) {
      const { access_token: token, expires_in: seconds } = deviceTokenSchema.parse(
        await answer.json(),
      );
      return { token, expiresAt: new Date(Date.now() + seconds * 1_000).toISOString() };
    }
    const error = deviceErrorSchema.safeParse(
      await answer
        .clone()
        .json()
        .catch(() => null),
    ).data;
    // RFC 8628, 3.5: whoever is told to slow down waits five seconds more from then on.
    if (error?.error === "slow_down" || answer.status === 429) waitMs += 5_000;
    else if (error?.error !== "authorization_pending") throw await refusal(answer);
  }
}

async function post(
  { baseUrl, fetch: doFetch = fetch }: DeviceSignInOptions,
  path: string,
  json: object,
  headers: Record<string, string> = {},
): Promise<Response> {
  try {
    return await doFetch(new URL(`${baseUrl.replace(/\/+$/, "")}/api/auth/${path}`), {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(json),
    });
  } catch (cause) {
    throw unreachable(`No answer from ${baseUrl}.`, cause);
  }
}

async function refusal(answer: Response): Promise<FlotillaError> {
  const { error, error_description: description } =
    deviceErrorSchema.safeParse(await answer.json().catch(() => null)).data ?? {};
  if (answer.status === 404) {
    return new FlotillaError("conflict", "This server asks nobody to sign in.", {
      remedy: "Use it without: commands work as they are.",
    });
  }
  const refused = error === "access_denied";
  return new FlotillaError(
    "unauthenticated",
    refused ? "It was refused in the browser." : (description ?? `It answered ${answer.status}.`),
    { remedy: "Run `flotilla login` again, and confirm the code that it shows." },
  );
}
