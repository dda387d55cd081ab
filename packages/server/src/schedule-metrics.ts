import type { Store } from "@flotilla/store";
import { Gauge, type Registry } from "prom-client";
import { sharedAnswer } from "./shared-answer.ts";

/** How many schedules there are, and how late they are. */
export function registerSchedules(registry: Registry, store: Pick<Store, "schedules">): void {
  const figures = sharedAnswer(() => store.schedules.figures());
  const registers = [registry];
  new Gauge({
    name: "flotilla_schedules",
    help: "Schedules by state.",
    labelNames: ["state"],
    registers,
    async collect() {
      const { running, paused } = await figures();
      this.set({ state: "running" }, running);
      this.set({ state: "paused" }, paused);
    },
  });
  const gauge = (name: string, help: string, of: "queued" | "overdueSeconds" | "lagSeconds") =>
    new Gauge({
      name: `flotilla_schedule_${name}`,
      help,
      registers,
      async collect() {
        this.set((await figures())[of]);
      },
    });
  gauge("queued", "Starts that wait for those before them, or for their turn.", "queued");
  gauge("overdue_seconds", "How long the longest overdue schedule has waited.", "overdueSeconds");
  gauge(
    "lag_seconds",
    "From due to started, of each schedule's last start the longest; jitter counts.",
    "lagSeconds",
  );
}
