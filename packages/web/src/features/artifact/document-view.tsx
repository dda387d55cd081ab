import type { DocumentWords } from "@flotilla/api";
import { Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Markdown } from "../../components/markdown.tsx";
import { artifactWordsQuery } from "./artifact-queries.ts";
import styles from "./artifact-content.module.css";

/** What a document says, page by page: its words and tables, not its looks. */
export function DocumentView({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(artifactWordsQuery(id));
  if (error) return <ErrorPanel error={error} onRetry={() => void refetch()} />;
  if (!data) {
    return (
      <Skeleton height={240} role="status" aria-busy="true" aria-label="Reading the document" />
    );
  }
  const said = data.parts.filter(({ markdown }) => markdown.trim() !== "");
  if (said.length === 0) {
    return <Empty title="It has no words">It may be a picture of them. It can be saved.</Empty>;
  }
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {aboutOf(data)}
      </Text>
      {data.parts.map((part, index) => partView(part, index + 1))}
      {data.truncated && (
        <Text size="sm" c="dimmed">
          There is more of it. It can be saved whole.
        </Text>
      )}
    </Stack>
  );
}

function partView({ kind, name, markdown }: DocumentWords["parts"][number], number: number) {
  const title = kind === "text" ? undefined : `${words[kind]} ${number}${name ? `: ${name}` : ""}`;
  return (
    <article key={number} className={styles["page"]} aria-label={title ?? "Its words"}>
      {title && (
        <Text size="xs" c="dimmed" mb={6}>
          {title}
        </Text>
      )}
      <Markdown text={markdown} />
    </article>
  );
}

const words = { page: "Page", slide: "Slide", sheet: "Sheet" } as const;

function aboutOf({ title, notes }: DocumentWords): string {
  return [...(title ? [title] : []), "Its words and tables, without its looks.", ...notes].join(
    " · ",
  );
}
