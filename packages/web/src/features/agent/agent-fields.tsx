import type { AgentSpec } from "@flotilla/core";
import type { ReactNode } from "react";
import { JsonView } from "../../components/json-view.tsx";
import { KeyValue } from "../../components/key-value.tsx";
import { FieldValue } from "./field-value.tsx";
import { readParts, type ReadPart } from "./read-parts.ts";
import styles from "./agent-fields.module.css";

/** An agent's definition, for reading: all that it says, in the parts that its form has. */
export function AgentFields({ spec }: { spec: AgentSpec }) {
  return (
    <div className={styles["fields"]}>
      <div className={styles["column"]}>
        <Part title="Instructions">
          <div className={styles["instructions"]}>{spec.instructions || "None"}</div>
        </Part>
        {spec.output && (
          <Part title="Output schema">
            <JsonView value={spec.output} />
          </Part>
        )}
      </div>
      <div className={styles["column"]}>
        {readParts(spec).map(({ id, title, said }) => (
          <Part key={id} title={title}>
            <Said title={title} said={said} />
          </Part>
        ))}
      </div>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h2 className={styles["title"]}>{title}</h2>
      {children}
    </section>
  );
}

/** A title that says already what its one value is, is enough. */
function Said({ title, said }: Pick<ReadPart, "title" | "said">) {
  const [first, second] = said;
  if (first?.name === title && !second) return <FieldValue said={first} />;
  return (
    <KeyValue pairs={said.map((one) => [one.name, <FieldValue key={one.name} said={one} />])} />
  );
}
