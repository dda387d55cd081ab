import type { RouteChoice } from "@flotilla/core";

/** Why a route chose its target, and what it passed over. */
export function RouteChoiceText({ choice }: { choice: RouteChoice }) {
  const { route, reason, taskClass, passedOver } = choice;
  return (
    <span>
      <span className="mono">route/{route}</span>: {reason}
      {taskClass !== undefined && `, for a task of class ${taskClass}`}
      {passedOver.map(({ model, why }) => (
        <span key={model} className="dimmed">
          <br />
          passed over <span className="mono">{model}</span>: {why}
        </span>
      ))}
    </span>
  );
}
