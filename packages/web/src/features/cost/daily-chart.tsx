import { useReducedMotion } from "@mantine/hooks";
import {
  type TooltipContentProps,
  Bar,
  BarChart,
  CartesianGrid,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { Cost } from "../../components/cost.tsx";
import { formatTime } from "../../components/time-words.ts";
import { Count } from "../../components/count.tsx";
import styles from "./daily-spend.module.css";

export interface DayCost {
  /** As `2026-01-31`. */
  day: string;
  usd: number;
  costMicros: number;
  costIncomplete: boolean;
  calls: number;
}

const axis = new Intl.NumberFormat("en", {
  style: "currency",
  currency: "USD",
  maximumSignificantDigits: 3,
});

const words = (day: string) => formatTime(day, "dayOfYear", "UTC");

/** A bar for each day; with the keyboard, arrows go from day to day. */
export function DailyChart({ days }: { days: DayCost[] }) {
  const isStill = useReducedMotion();
  return (
    <ResponsiveContainer width="100%" height="100%">
      <BarChart data={days} margin={{ top: 12, right: 8, bottom: 0, left: 0 }} title="Spend by day">
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="day"
          tickFormatter={words}
          tickLine={false}
          axisLine={{ stroke: "var(--line-strong)" }}
          interval="equidistantPreserveStart"
          minTickGap={28}
        />
        <YAxis
          width={64}
          tickFormatter={(usd: number) => axis.format(usd)}
          tickLine={false}
          axisLine={false}
        />
        <Tooltip
          cursor={{ fill: "var(--surface-hover)" }}
          isAnimationActive={false}
          content={DayTip}
        />
        <Bar
          dataKey="usd"
          name="Spend"
          fill="var(--model-bar)"
          radius={[3, 3, 0, 0]}
          maxBarSize={40}
          isAnimationActive={!isStill}
          animationDuration={300}
        />
      </BarChart>
    </ResponsiveContainer>
  );
}

function DayTip({ payload }: TooltipContentProps) {
  const day = payload[0]?.payload as DayCost | undefined;
  if (!day) return null;
  return (
    <div className={styles["tip"]}>
      <strong>{words(day.day)}</strong>{" "}
      {day.calls === 0 ? (
        <span className="dimmed">no calls</span>
      ) : (
        <>
          <Cost micros={day.costMicros} incomplete={day.costIncomplete} />{" "}
          <span className="dimmed">
            for <Count value={day.calls} /> calls
          </span>
        </>
      )}
    </div>
  );
}
