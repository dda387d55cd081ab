import type { Page } from "playwright-core";
import type { Claim } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { openStage, patienceMs } from "./open-stage.ts";

const steps = [
  { id: "kitchen", intent: "The area of the kitchen" },
  { id: "hall", intent: "The area of the hall" },
  { id: "sum", intent: "Add them up", dependsOn: ["kitchen", "hall"] },
];

/** What the model says of a step, for the words that it hears. */
const does = (id: string, intent: string, text: string) => ({
  when: [`Your part is the step ${id}:`, intent],
  turns: [{ text }],
});

/**
 * A plan under review is changed in the graph of the inbox: a step says something else. What is approved is the changed
 * plan, and the run does what it says.
 */
export const editPlan: Claim = {
  name: "edit-plan",
  async prove(proof) {
    const { platform, page } = await openStage(proof);
    const { client } = platform;
    const goal = JSON.stringify({ goal: "The area of the flat", steps });
    const scenes = [
      { when: "Plan the whole way", turns: [{ text: goal }] },
      does("kitchen", "kitchen", "12"),
      does("hall", "The area of the attic", "20"),
      does("hall", "The area of the hall", "nobody edited it"),
      does("sum", "Add them up", "32"),
      { when: ["Give the final answer", "32"], turns: [{ text: "32 square metres" }] },
    ];
    await client.agents.apply({
      name: "surveyor",
      model: "simulated/script",
      instructions: JSON.stringify({ scenes }),
      strategy: { kind: "plan_and_solve", review: true },
    });
    const { runId } = await client.runs.start({
      agent: "surveyor",
      input: { text: "How large is the flat?" },
    });
    await reviewEdited(page);
    const run = await eventually({ what: "the run ends", timeoutMs: patienceMs }, async () => {
      const now = await client.runs.get(runId);
      return now.status === "completed" ? now : undefined;
    });
    proof.equals("version", run.plan?.version ?? 0, 2);
    proof.equals("intent", intentOf(run.plan?.steps), "The area of the attic");
    proof.equals("output", JSON.stringify(run.output), JSON.stringify("32 square metres"));
  },
};

function intentOf(planned: readonly { id: string; intent: string }[] = []): string {
  return planned.find(({ id }) => id === "hall")?.intent ?? "";
}

async function reviewEdited(page: Page): Promise<void> {
  await page.goto("/inbox");
  const plan = page.getByRole("region", { name: "The plan" });
  await plan.getByRole("button", { name: "Edit the plan" }).click();
  const graph = plan.getByRole("application", { name: "Plan as a graph" });
  await graph.getByText("The area of the hall").click();
  const form = plan.getByRole("region", { name: /^Edit step/ });
  await form.getByRole("textbox", { name: "What is to be done" }).fill("The area of the attic");
  await plan.getByRole("button", { name: "Save 1 change" }).click();
  await plan.getByRole("button", { name: "Edit the plan" }).waitFor();
  const review = page.getByRole("region", { name: "Your answer is needed" });
  await review.getByText("Just as it is approved, as text").click();
  // The review is of the changed plan by then.
  await review.getByText("The area of the attic").first().waitFor();
  await review.getByRole("button", { name: "Approve", exact: true }).click();
}
