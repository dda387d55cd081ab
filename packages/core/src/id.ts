/** The digits of ids: Crockford base 32. */
export const idDigits = "0123456789abcdefghjkmnpqrstvwxyz";

export type IdPrefix =
  | "agt"
  | "run"
  | "bat"
  | "bud"
  | "pbt"
  | "int"
  | "wrk"
  | "req"
  | "art"
  | "thr"
  | "act"
  | "err"
  | "usr"
  | "ses"
  | "aut"
  | "key"
  | "inv"
  | "crd"
  | "con"
  | "rul"
  | "ntf"
  | "nch"
  | "trg"
  | "trs"
  | "fbk"
  | "trl"
  | "cmt"
  | "mcs"
  | "mcp"
  | "sch"
  | "cal";

/**
 * A new id: `<prefix>_` and 26 characters of Crockford base 32, time-ordered
 * (48 bits of Unix milliseconds, then 80 random bits; the ULID layout).
 *
 * @param nowMs Unix milliseconds from the caller's clock
 * @param random returns that many random bytes
 */
export function newId(
  prefix: IdPrefix,
  nowMs: number = Date.now(),
  random: (bytes: number) => Uint8Array = cryptoBytes,
): string {
  let time = "";
  for (let left = nowMs, i = 0; i < 10; i++) {
    time = idDigits[left % 32] + time;
    left = Math.floor(left / 32);
  }
  let tail = "";
  for (const byte of random(16)) tail += idDigits[byte & 31];
  return `${prefix}_${time}${tail}`;
}

/** When an id was made, in Unix milliseconds; undefined for what is no id of ours. */
export function idTime(id: string): number | undefined {
  const time = /^[a-z]{3}_([0-9a-hjkmnp-tv-z]{10})[0-9a-hjkmnp-tv-z]{16}$/.exec(id)?.[1];
  if (time === undefined) return undefined;
  return Array.from(time).reduce((sum, letter) => sum * 32 + idDigits.indexOf(letter), 0);
}

function cryptoBytes(bytes: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(bytes));
}
