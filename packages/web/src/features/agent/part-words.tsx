import {
  IconArrowForwardUp,
  IconCpu,
  IconRobot,
  IconRoute,
  IconGavel,
  IconShieldCheck,
  IconTool,
  IconUsers,
} from "@tabler/icons-react";
import type { PartKind } from "./agent-parts.ts";

/** What a part is, for people. */
export const kindWords: Record<PartKind, string> = {
  agent: "Agent",
  model: "Model",
  target: "Target of the route",
  tool: "Tool",
  worker: "Worker",
  handoff: "Handoff",
  approvals: "Approvals",
  rule: "Tool rule",
};

const icons: Record<PartKind, typeof IconTool> = {
  agent: IconRobot,
  model: IconRoute,
  target: IconCpu,
  tool: IconTool,
  worker: IconUsers,
  handoff: IconArrowForwardUp,
  approvals: IconShieldCheck,
  rule: IconGavel,
};

export function PartIcon({ kind }: { kind: PartKind }) {
  const Icon = icons[kind];
  return <Icon size={16} stroke={1.7} aria-hidden />;
}
