type Bound<Handle, T> = {
  [K in keyof T]: T[K] extends (handle: Handle, ...args: infer A) => infer R
    ? (...args: A) => R
    : never;
};

/**
 * The functions with their first parameter given: the pool, or the typed database over it. Bound once more,
 * their second one too: the scope.
 */
export function bindAll<
  Handle,
  T extends Record<string, (handle: Handle, ...args: never[]) => unknown>,
>(handle: Handle, functions: T): Bound<Handle, T> {
  return Object.fromEntries(
    Object.entries(functions).map(([name, call]) => [name, call.bind(null, handle)]),
  ) as Bound<Handle, T>;
}
