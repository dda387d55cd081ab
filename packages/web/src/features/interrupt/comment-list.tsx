import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { notifyError } from "../../components/notify-error.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { commentsQuery } from "./interrupt-queries.ts";
import styles from "./comment-list.module.css";

interface CommentListProps {
  runId: string;
  interruptId: string;
}

/** What people say to each other about an interrupt; the agent is not told. */
export function CommentList({ runId, interruptId }: CommentListProps) {
  const cache = useQueryClient();
  const may = useMay();
  const query = commentsQuery(runId, interruptId);
  const { data } = useQuery(query);
  const [text, setText] = useState("");
  const say = useMutation({
    mutationFn: () => client.interrupts.comment(runId, interruptId, text.trim()),
    onSuccess: () => {
      setText("");
      void cache.invalidateQueries({ queryKey: query.queryKey });
    },
    onError: notifyError,
  });
  return (
    <section aria-label="Comments">
      <Stack gap="xs">
        {data && data.items.length > 0 && (
          <ul className={styles["list"]}>
            {data.items.map((comment) => (
              <li key={comment.id}>
                <Text size="xs" c="dimmed">
                  {comment.by}, <RelativeTime at={comment.at} />
                </Text>
                <div className={styles["text"]}>{comment.text}</div>
              </li>
            ))}
          </ul>
        )}
        {may("interrupts.answer") && (
          <Group gap="xs" align="flex-end">
            <Textarea
              flex={1}
              size="xs"
              autosize
              maxRows={6}
              aria-label="Comment"
              placeholder="Say something to the others who look at this"
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            <Button
              variant="default"
              disabled={text.trim() === ""}
              loading={say.isPending}
              onClick={() => say.mutate()}
            >
              Comment
            </Button>
          </Group>
        )}
      </Stack>
    </section>
  );
}
