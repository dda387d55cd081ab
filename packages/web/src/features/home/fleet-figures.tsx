import type { Budget } from "@flotilla/core";
import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Cost, formatCost } from "../../components/cost.tsx";
import { Count, formatCount } from "../../components/count.tsx";
import { formatDuration } from "../../components/duration.tsx";
import { Figure, Figures } from "../../components/figure.tsx";
import { useFleet } from "../../data/fleet.ts";
import { useMay } from "../../data/me.ts";
import { useRefreshOn } from "../../data/use-refresh-on.ts";
import { budgetsQuery } from "../cost/cost-queries.ts";
import { spentPercent } from "../cost/spent-percent.ts";

/** How fast the fleet works, what it costs, and what holds it up. */
export function FleetFigures() {
  const rates = useFleet("rates");
  const inbox = useFleet("inbox");
  if (!rates || inbox === undefined) return <Skeleton height={84} radius={10} aria-hidden />;
  return (
    <Figures>
      <Figure label="Throughput" note="runs ended a minute">
        <Count value={rates.runsPerMinute} />
      </Figure>
      <Figure label="Tokens" note="a second, read and written">
        <Count value={rates.tokensPerSecond} />
      </Figure>
      <SpendToday />
      <Figure label="Inbox" note={inbox === 0 ? "nobody is waited for" : "wait for a person"}>
        <Link to="/inbox" className="plain">
          <Count value={inbox} />
        </Link>
      </Figure>
      <QueueLag />
    </Figures>
  );
}

/** For those who may read costs; against the budget of a day that is nearest to its end. */
function SpendToday() {
  const today = useFleet("today");
  const mayRead = useMay()("budgets.read");
  const { data } = useQuery({ ...budgetsQuery, enabled: mayRead });
  useRefreshOn(budgetsQuery.queryKey, today?.costMicros);
  if (!today) return null;
  const budget = tightest(data?.items ?? []);
  return (
    <Figure
      label="Spent today"
      note={
        budget ? budgetWords(budget) : `${formatCount(today.tokens)} tokens since midnight, UTC`
      }
    >
      <Link to="/costs" className="plain">
        <Cost micros={today.costMicros} incomplete={today.costIncomplete} />
      </Link>
    </Figure>
  );
}

function budgetWords(budget: Budget): string {
  const { name, limitMicros, period } = budget;
  const each = period === "day" ? "" : ` a ${period}`;
  return `${spentPercent(budget)} of ${formatCost(limitMicros)}${each}, budget ${name}`;
}

const partOf = ({ spentMicros, limitMicros }: Budget) => spentMicros / Math.max(1, limitMicros);

function tightest(budgets: readonly Budget[]): Budget | undefined {
  const timed = budgets.filter(({ period }) => period !== "total");
  return timed.toSorted((a, b) => partOf(b) - partOf(a))[0];
}

/** For those who look after the platform. */
function QueueLag() {
  const queue = useFleet("health")?.find(({ component }) => component === "queue");
  if (!queue) return null;
  const { lagMs = 0, due = 0 } = queue.figures;
  return (
    <Figure label="Queue lag" note={due === 0 ? "nothing is due" : `${formatCount(due)} due`}>
      {formatDuration(lagMs)}
    </Figure>
  );
}
