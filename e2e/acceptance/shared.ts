/** What claims of one run use together: it is opened by the first that asks, and closed after the last claim. */
const open = new Map<
  string,
  { value: Promise<unknown>; close: (value: never) => Promise<unknown> }
>();

/** One opening that failed is tried again by who asks next. */
export function shared<T>(
  name: string,
  make: () => Promise<T>,
  close: (value: T) => Promise<unknown>,
): Promise<T> {
  const there = open.get(name);
  if (there) return there.value as Promise<T>;
  const value = make();
  open.set(name, { value, close });
  value.catch(() => open.delete(name));
  return value;
}

export async function closeShared(): Promise<void> {
  const all = [...open.values()].toReversed();
  open.clear();
  for (const { value, close } of all) await close((await value) as never);
}
