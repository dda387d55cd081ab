import type { Fetch } from "../guarded-fetch.ts";
import { challengeOf } from "./challenge.ts";
import type { SentToken, SignInSession } from "./sign-in-session.ts";

/**
 * `fetch` for a server at which somebody has signed in: its tokens go to its own address and nowhere else, and a request that
 * is refused for them is made once more with others. Throws `credentials_missing` when a person has to sign in.
 */
export function signedInFetch(fetch: Fetch, own: URL, session: SignInSession): Fetch {
  return async (input, init = {}) => {
    if (new URL(input).href !== own.href) return fetch(input, init);
    const send = (token: SentToken | undefined) => {
      const headers = new Headers(init.headers);
      if (token) headers.set("authorization", `Bearer ${token.text}`);
      return fetch(input, { ...init, headers });
    };
    const used = await session.token();
    const answer = await send(used);
    const challenge = await challengeOf(answer);
    if (!challenge) return answer;
    await answer.body?.cancel();
    const other = await session.instead(used, challenge);
    const again = await send(other);
    const still = await challengeOf(again);
    if (!still) return again;
    await again.body?.cancel();
    throw await session.refuse(still);
  };
}
