import { CopyButton, UnstyledButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import styles from "./copy-id.module.css";

/** An id in short (its prefix and end); a click copies the whole. */
export function CopyId({ id }: { id: string }) {
  return (
    <CopyButton value={id}>
      {({ copied, copy }) => (
        <UnstyledButton
          className={styles["id"]}
          onClick={copy}
          title={id}
          aria-label={`Copy ${shortId(id)}`}
        >
          <span className="mono">{shortId(id)}</span>
          {copied ? <IconCheck size={12} aria-hidden /> : <IconCopy size={12} aria-hidden />}
        </UnstyledButton>
      )}
    </CopyButton>
  );
}

/** The end of an id is its random part: enough to tell ids apart. */
export function shortId(id: string): string {
  const [prefix, rest = ""] = id.split("_");
  return rest.length > 8 ? `${prefix}_…${rest.slice(-6)}` : id;
}
