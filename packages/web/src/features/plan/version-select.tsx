import type { PlanVersion } from "@flotilla/core";
import { Select } from "@mantine/core";

interface VersionSelectProps {
  versions: readonly PlanVersion[];
  current: number;
  /** null: the present one, without what changed. */
  value: number | null;
  disabled: boolean;
  onChange: (version: number | null) => void;
}

const verbs: Record<PlanVersion["cause"], string> = {
  start: "planned",
  rejected: "planned after a rejection",
  failed: "planned after a failure",
  edited: "changed",
  changed: "began with",
};

/** Chooses a version of a plan, and shows what it changed. */
export function VersionSelect(props: VersionSelectProps) {
  const { versions, current, value, disabled, onChange } = props;
  if (versions.length < 2) return <span className="dimmed">version {current}</span>;
  return (
    <Select
      size="xs"
      w={270}
      aria-label="Version of the plan"
      disabled={disabled}
      allowDeselect={false}
      value={value === null ? "now" : String(value)}
      onChange={(next) => onChange(next === "now" || next === null ? null : Number(next))}
      data={[
        { value: "now", label: `Version ${current}, as it is now` },
        ...versions.toReversed().map(({ version, by, cause, reason }) => ({
          value: String(version),
          label: `What version ${version} ${verbs[cause]} (${by})${reason ? `: ${reason}` : ""}`,
        })),
      ]}
    />
  );
}
