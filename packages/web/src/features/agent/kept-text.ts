/** A definition as it was written here when it was saved: the platform keeps what it says, not its comments. */
export interface KeptText {
  version: number;
  text: string;
}

/** Where the page keeps it. */
export function keptTextKey(name: string): readonly string[] {
  return ["agent-text", name];
}
