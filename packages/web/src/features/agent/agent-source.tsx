import type { AgentSpec } from "@flotilla/core";
import { CopyButton, Button } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { specText } from "./lean-spec.ts";
import styles from "./agent-source.module.css";

/** The definition as a file: what `flotilla agent apply -f` takes. */
export function AgentSource({ spec, format }: { spec: AgentSpec; format: "yaml" | "json" }) {
  const text = format === "yaml" ? specText(spec) : JSON.stringify(spec, null, 2);
  return (
    <div className={styles["source"]}>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button
            className={styles["copy"]}
            variant="default"
            size="compact-xs"
            leftSection={copied ? <IconCheck size={12} /> : <IconCopy size={12} />}
            onClick={copy}
          >
            {copied ? "Copied" : "Copy"}
          </Button>
        )}
      </CopyButton>
      <pre tabIndex={0}>{text}</pre>
    </div>
  );
}
