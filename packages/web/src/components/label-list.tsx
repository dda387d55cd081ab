import type { Label } from "@flotilla/core";
import { Tooltip } from "@mantine/core";
import { labelTone, labelWords } from "./label-words.ts";
import styles from "./label-list.module.css";

/** Labels side by side; each says what it means to the pointer, the keyboard and to screen readers. */
export function LabelList({ labels }: { labels: readonly Label[] }) {
  return (
    <span className={styles["list"]}>
      {labels.map((label) => (
        <Tooltip
          key={label}
          label={labelWords(label)}
          multiline
          maw={300}
          events={{ hover: true, focus: true, touch: true }}
        >
          <button type="button" className={styles["label"]} data-tone={labelTone(label)}>
            {label}
          </button>
        </Tooltip>
      ))}
    </span>
  );
}
