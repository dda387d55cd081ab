import { ActionIcon, UnstyledButton } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { kindWords, PartIcon } from "./part-words.tsx";
import type { PartShapeProps } from "./part-shape.ts";
import styles from "./part-list.module.css";

/** The parts of an agent as a list: all that the picture shows and does, by keyboard and screen reader. */
export function PartList({ picture, selected, onSelect, onRemove }: PartShapeProps) {
  return (
    <ol className={styles["list"]} aria-label="Parts of the agent">
      {picture.parts.map(({ id, kind, name, about, canRemove }) => (
        <li key={id} className={styles["item"]} data-selected={id === selected}>
          <UnstyledButton
            className={styles["part"]}
            aria-current={id === selected ? "true" : undefined}
            onClick={() => onSelect(id)}
          >
            <PartIcon kind={kind} />
            <span className={styles["kind"]}>{kindWords[kind]}</span>
            <span className={styles["name"]}>{name}</span>
            <span className={`${styles["about"]} truncate`}>{about}</span>
          </UnstyledButton>
          {canRemove && (
            <ActionIcon size="sm" aria-label={`Remove ${name}`} onClick={() => onRemove(id)}>
              <IconTrash size={14} />
            </ActionIcon>
          )}
        </li>
      ))}
    </ol>
  );
}
