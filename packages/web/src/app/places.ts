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
  type Icon,
} from "@tabler/icons-react";

interface Group {
  /** null: what everybody begins with. */
  title: string | null;
  places: readonly Place[];
}

/** The pages by what they are about; the order in which they are offered. */
const groups = [
  {
    title: null,
    places: [
      { to: "/", label: "Home", Icon: IconLayoutDashboard },
      { to: "/inbox", label: "Inbox", Icon: IconInbox },
      { to: "/playground", label: "Playground", Icon: IconMessages },
    ],
  },
  {
    title: "Work",
    places: [
      { to: "/runs", label: "Runs", Icon: IconActivity },
      { to: "/batches", label: "Batches", Icon: IconStack2 },
      { to: "/schedules", label: "Schedules", Icon: IconCalendarClock },
      { to: "/dead-letters", label: "Dead letters", Icon: IconMailX },
    ],
  },
  {
    title: "Agents",
    places: [
      { to: "/agents", label: "Agents", Icon: IconRobot },
      { to: "/tools", label: "Tools", Icon: IconTool },
      { to: "/mcp-servers", label: "MCP servers", Icon: IconPlugConnected },
      { to: "/policies", label: "Policies", Icon: IconShieldCheck },
    ],
  },
  {
    title: "Models",
    places: [
      { to: "/models", label: "Models", Icon: IconCpu },
      { to: "/limits", label: "Limits", Icon: IconGauge },
      { to: "/costs", label: "Costs", Icon: IconCoins },
    ],
  },
  {
    title: "Platform",
    places: [
      { to: "/health", label: "Health", Icon: IconHeartbeat, needs: "fleet.read" },
      { to: "/errors", label: "Errors", Icon: IconBug, needs: "errors.read" },
      { to: "/activity", label: "Activity", Icon: IconHistory, needs: "activity.read" },
    ],
  },
] as const satisfies readonly {
  title: string | null;
  places: readonly { to: string; label: string; Icon: Icon; needs?: Permission }[];
}[];

export type Place = (typeof groups)[number]["places"][number];

/** The pages that are offered to somebody, in the navigation and by name; groups without one are left out. */
export function placesFor(may: (permission: Permission) => boolean): Group[] {
  return groups
    .map(({ title, places }) => ({
      title,
      places: places.filter((place) => !("needs" in place) || may(place.needs)),
    }))
    .filter(({ places }) => places.length > 0);
}
