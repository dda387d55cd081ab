import { Link } from "@tanstack/react-router";
import { CopyLine } from "../../components/copy-line.tsx";
import { Line, Section } from "../../components/section.tsx";
import { useMay } from "../../data/me.ts";
import styles from "../../components/line-words.module.css";

const apply =
  "echo '{name: tutor, model: openai/gpt-5-mini, instructions: Answer briefly.}' | flotilla agent apply -f -";

/** Where there is no agent yet: what comes first, and what comes then. */
export function FirstSteps() {
  if (!useMay()("agents.write")) return null;
  return (
    <Section title="Begin here" aside="two steps to a first answer">
      <Line>
        <span className={styles["words"]}>
          1. Give Flotilla an agent
          <span className={styles["note"]}>
            An agent is a definition: instructions, a model, tools and limits, written as YAML.
          </span>
          <CopyLine label="In a terminal" text={apply} />
        </span>
      </Line>
      <Line>
        <span className={styles["words"]}>
          2. Let it work
          <span className={styles["note"]}>
            One run, followed as it goes; or talk to it in the{" "}
            <Link to="/playground">playground</Link>. A file with many rows becomes a{" "}
            <Link to="/batches/new">batch</Link>.
          </span>
          <CopyLine label="In a terminal" text="flotilla run tutor 'What is 6 * 7?'" />
        </span>
      </Line>
    </Section>
  );
}
