import { Button, Group, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { LineDiff } from "../../components/line-diff.tsx";
import { client } from "../../data/client.ts";
import { specText } from "./lean-spec.ts";
import type { DraftEdit } from "./use-agent-draft.ts";
import styles from "./save-conflict.module.css";

/** Somebody else has saved the agent meanwhile: what he changed, and what becomes of what is written here. */
export function SaveConflict({ edit }: { edit: DraftEdit }) {
  const name = edit.draft.spec?.name ?? edit.base?.name ?? "";
  const { data: theirs, error } = useQuery({
    queryKey: ["agents", name, "conflict", edit.base?.version],
    queryFn: () => client.agents.get(name),
    staleTime: 0,
  });
  if (error) return <ErrorPanel error={error} />;
  if (!theirs) return <Skeleton height={120} />;
  const before = edit.base ? specText(edit.base.spec) : "";
  const after = specText(theirs.spec);
  return (
    <section className={styles["conflict"]} role="alert" aria-labelledby="save-conflict">
      <h2 id="save-conflict" className={styles["title"]}>
        {edit.base
          ? `${theirs.createdBy ?? "Somebody"} saved version ${theirs.version} meanwhile`
          : `There is an agent ${name} already`}
      </h2>
      <Text size="sm">
        Nothing of yours is saved yet, and nothing is lost.
        {theirs.note && ` The version is for: ${theirs.note}.`} That is what changed since you
        began:
      </Text>
      <LineDiff label="What somebody else changed" before={before} after={after} />
      <Group gap="xs">
        <Button variant="default" onClick={() => edit.take(theirs, after)}>
          Go on from version {theirs.version}, without my changes
        </Button>
        <Button onClick={() => edit.rebase(theirs)}>
          Keep mine, to be saved as version {theirs.version + 1}
        </Button>
      </Group>
    </section>
  );
}
