import type { AgentSpec } from "@flotilla/core";
import { Link } from "@tanstack/react-router";
import { Fragment, type ReactNode } from "react";
import { formatRoundDuration } from "../../components/duration.tsx";
import { JsonView } from "../../components/json-view.tsx";
import { KeyValue } from "../../components/key-value.tsx";
import styles from "./agent-fields.module.css";

/** An agent's definition, for reading. */
export function AgentFields({ spec }: { spec: AgentSpec }) {
  const { limits, retry } = spec;
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
        <ModelPart spec={spec} />
        <Part title="Tools">
          {spec.tools.length === 0 ? (
            <span className="dimmed">None</span>
          ) : (
            <ToolNames names={spec.tools} />
          )}
        </Part>
        <Part title="Limits of one run">
          <KeyValue
            pairs={[
              ["Model calls", limits.maxSteps],
              ["Tokens", limits.maxTokens],
              ["Cost", limits.maxCostUsd && `$${limits.maxCostUsd}`],
              ["Time", formatRoundDuration(limits.maxWallSeconds * 1_000)],
            ]}
          />
        </Part>
        <Part title="When things go wrong">
          <KeyValue
            pairs={[
              ["Attempts of a model call", retry.maxAttempts],
              ["First back-off", formatRoundDuration(retry.baseMs)],
              ["Repairs of the output", spec.output && spec.outputRepairs],
            ]}
          />
        </Part>
      </div>
    </div>
  );
}

function ModelPart({ spec: { model, settings } }: { spec: AgentSpec }) {
  return (
    <Part title="Model">
      <KeyValue
        pairs={[
          [
            "Model",
            <span key="model" className="mono">
              {model}
            </span>,
          ],
          ["Temperature", settings.temperature],
          ["Top p", settings.topP],
          ["Most output tokens", settings.maxOutputTokens],
          ["Reasoning effort", settings.reasoningEffort],
          ["Seed", settings.seed],
          ["Stops at", settings.stop?.join(", ")],
        ]}
      />
    </Part>
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

function ToolNames({ names }: { names: string[] }) {
  return names.map((name, index) => (
    <Fragment key={name}>
      {index > 0 && ", "}
      <Link className="plain mono" to="/tools/$name" params={{ name }}>
        {name}
      </Link>
    </Fragment>
  ));
}
