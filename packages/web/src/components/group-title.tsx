import type { ReactNode } from "react";

/** What `errorTitle` puts in the place of what differs. */
const placeholder = /<(n|id|url|time|path)>/g;

/** What stands for all errors of a group; of what differs between them its kind is said: `‹n›`, `‹url›`. */
export function GroupTitle({ title }: { title: string }) {
  return title
    .split(placeholder)
    .map<ReactNode>((part, index) =>
      index % 2 === 0 ? (
        part
      ) : (
        <span key={`${part} ${String(index)}`} className="dimmed">{`‹${part}›`}</span>
      ),
    );
}

/** The same where only text can stand. */
export function groupTitle(title: string): string {
  return title.replaceAll(placeholder, "‹$1›");
}
