import {
  messageText,
  outputText,
  type PlanEdit,
  type PlanEvent,
  type SteerEvent,
  type TeamEvent,
} from "@flotilla/core";

/** What people, plans and other agents did with a run, in a few words. */
export function teamGist(event: SteerEvent | PlanEvent | TeamEvent): string {
  switch (event.type) {
    case "run.resumed":
      return `by ${event.by}`;
    case "message.added":
      return `${event.from?.agentName ?? event.by}: ${event.text}`;
    case "step.written":
      return `step ${event.step} by ${event.by}: ${messageText(event.message)}`;
    case "call.performed":
      return `${event.callId} = ${outputText(event.output)}, by ${event.by}`;
    case "run.forked":
      return `from ${event.from.runId} at ${event.from.seq}, by ${event.by}`;
    case "run.discarded":
      return `by ${event.by}: ${event.reason}`;
    case "feedback.given":
      return [event.rating, event.comment, `by ${event.by}`]
        .filter((one) => one !== undefined)
        .join(", ");
    case "plan.created":
      return `version ${event.version}: ${event.steps.map(({ id }) => id).join(", ")}`;
    case "plan.edited":
      return `version ${event.version} by ${event.by}: ${event.edits.map(editGist).join(", ")}`;
    case "plan.edit_refused":
      return `for version ${event.version} by ${event.by}: ${event.problems.join("; ")}`;
    case "plan_step.started":
      return `${event.id}, attempt ${event.attempt}`;
    case "plan_step.done":
      return `${event.id} = ${outputText(event.result)}`;
    case "plan_step.failed":
      return `${event.id}: ${event.error.message}`;
    case "plan_step.skipped":
      return `${event.id}: ${event.reason}`;
    case "lesson.learnt":
      return event.lesson;
    case "child.started":
      return `${event.childId}, ${event.agentName} v${event.agentVersion}`;
    case "child.ended":
      return `${event.childId} ${event.status}`;
    case "agent.handed_off":
      return `to ${event.agentName} v${event.agentVersion}: ${event.note}`;
  }
}

function editGist(edit: PlanEdit): string {
  return `${edit.edit} ${edit.edit === "add" ? edit.step.id : edit.id}`;
}
