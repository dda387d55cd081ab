import type { Event } from "@flotilla/core";
import { Alert } from "@mantine/core";

/** Says that the newest edit came too late for the run: the plan had changed meanwhile. */
export function RefusedEdit({ events }: { events: readonly Event[] }) {
  const last = events.findLast(
    ({ type }) => type === "plan.created" || type === "plan.edited" || type === "plan.edit_refused",
  );
  if (last?.type !== "plan.edit_refused") return null;
  return (
    <Alert
      color="yellow"
      variant="light"
      title={`The edit that ${last.by} made to version ${last.version} came too late`}
    >
      {last.problems.join("; ")}
    </Alert>
  );
}
