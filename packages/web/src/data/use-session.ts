import { useEffect } from "react";
import { auth } from "./auth.ts";
import { useMe } from "./me.ts";

/** A session that is in use is renewed at least so often; it ends after days without use. */
const renewMs = 60 * 60_000;

/** Keeps the session of whoever is signed in while the app is open. */
export function useSession(): void {
  const me = useMe();
  const isPerson = me?.signIn === "required" && me.caller.kind === "user";
  useEffect(() => {
    if (!isPerson) return;
    // That it could not be renewed now is no news: the next request tells.
    const renew = () => void auth.account().catch(() => undefined);
    renew();
    const timer = setInterval(renew, renewMs);
    return () => clearInterval(timer);
  }, [isPerson]);
}
