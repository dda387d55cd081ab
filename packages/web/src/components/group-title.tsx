import type { ReactNode } from "react";

/** What `errorTitle` puts in the place of what differs. */
const placeholder = /<(?:n|id|url|time|path)>/g;

/** What stands for all errors of a group; what differs between them is left open. */
export function GroupTitle({ title }: { title: string }) {
  const [first = "", ...rest] = title.split(placeholder);
  return rest.reduce<ReactNode>(
    (before, part) => (
      <>
        {before}
        <span className="dimmed">…</span>
        {part}
      </>
    ),
    first,
  );
}

/** The same where only text can stand. */
export function groupTitle(title: string): string {
  return title.replaceAll(placeholder, "…");
}
