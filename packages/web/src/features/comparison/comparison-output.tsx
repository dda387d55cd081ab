import { outputText, type RunComparison } from "@flotilla/core";
import { Text } from "@mantine/core";
import { DiffLines } from "../../components/line-diff.tsx";
import { Section } from "../../components/section.tsx";
import styles from "./comparison-steps.module.css";

/** How what the two runs answered differs. */
export function ComparisonOutput({ output }: { output: RunComparison["output"] }) {
  return (
    <Section title="Output" aside={output.same ? "same" : "− A   + B"}>
      <div className={styles["output"]}>
        {output.same ? (
          <Text size="sm" className={styles["text"]}>
            {output.a === null ? "Neither has answered." : outputText(output.a)}
          </Text>
        ) : (
          <DiffLines label="Difference of the outputs" lines={output.lines} />
        )}
      </div>
    </Section>
  );
}
