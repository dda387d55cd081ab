/**
 * A key that encrypts other keys: one that is held here, or one of a key management service that never
 * leaves it. Both functions reject with a FlotillaError; `unavailable` when the service does not answer.
 */
export interface KeyWrapper {
  /** Stored with everything that is wrapped, so that it is found again among several keys. */
  readonly keyId: string;
  /** @param context what is wrapped can be unwrapped only under the same */
  wrap(dataKey: Buffer, context: Buffer): Promise<Buffer>;
  unwrap(wrapped: Buffer, context: Buffer): Promise<Buffer>;
}
