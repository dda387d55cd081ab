import type { Permission } from "@flotilla/core";
import {
  IconActivity,
  IconBug,
  IconCalendarClock,
  IconCoins,
  IconCpu,
  IconGauge,
  IconHeartbeat,
  IconHistory,
  IconInbox,
  IconLayoutDashboard,
  IconMailX,
  IconMessages,
  IconPlugConnected,
  IconRobot,
  IconShieldCheck,
  IconStack2,
  IconTool,
} from "@tabler/icons-react";

const everyones = [
  { to: "/", label: "Home", Icon: IconLayoutDashboard },
  { to: "/playground", label: "Playground", Icon: IconMessages },
  { to: "/inbox", label: "Inbox", Icon: IconInbox },
  { to: "/runs", label: "Runs", Icon: IconActivity },
  { to: "/batches", label: "Batches", Icon: IconStack2 },
  { to: "/schedules", label: "Schedules", Icon: IconCalendarClock },
  { to: "/dead-letters", label: "Dead letters", Icon: IconMailX },
  { to: "/agents", label: "Agents", Icon: IconRobot },
  { to: "/tools", label: "Tools", Icon: IconTool },
  { to: "/mcp-servers", label: "MCP servers", Icon: IconPlugConnected },
  { to: "/policies", label: "Policies", Icon: IconShieldCheck },
  { to: "/models", label: "Models", Icon: IconCpu },
  { to: "/limits", label: "Limits", Icon: IconGauge },
  { to: "/costs", label: "Costs", Icon: IconCoins },
] as const;

/** About the platform and its users; for those who may read it. */
const records = [
  { to: "/health", label: "Health", Icon: IconHeartbeat, needs: "fleet.read" },
  { to: "/errors", label: "Errors", Icon: IconBug, needs: "errors.read" },
  { to: "/activity", label: "Activity", Icon: IconHistory, needs: "activity.read" },
] as const;

/** The pages that are offered to somebody, in the navigation and by name. */
export function placesFor(may: (permission: Permission) => boolean) {
  return [...everyones, ...records.filter(({ needs }) => may(needs))];
}
