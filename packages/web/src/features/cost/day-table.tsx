import { VisuallyHidden } from "@mantine/core";
import { Cost } from "../../components/cost.tsx";
import type { DayCost } from "./daily-chart.tsx";

/** The chart for those who do not see it: the days on which something was called. */
export function DayTable({ days }: { days: DayCost[] }) {
  return (
    <VisuallyHidden>
      <table>
        <caption>Spend by day</caption>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">Cost</th>
            <th scope="col">Calls</th>
          </tr>
        </thead>
        <tbody>
          {days
            .filter(({ calls }) => calls > 0)
            .map(({ day, costMicros, costIncomplete, calls }) => (
              <tr key={day}>
                <th scope="row">{day}</th>
                <td>
                  <Cost micros={costMicros} incomplete={costIncomplete} />
                </td>
                <td>{calls}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </VisuallyHidden>
  );
}
