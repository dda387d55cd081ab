import { weekdays, type TimeWindow } from "./tool-condition.ts";
import { wallTime } from "./zone-time.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * Whether a moment is within the window, by what the clocks of its zone show then: an hour that they show twice is
 * within it twice, one that they leave out never. A window that ends on the next day is of the day on which it begins.
 */
export function isWithin(window: TimeWindow, moment: number): boolean {
  const wall = wallTime(window.zone, moment);
  const from = minutesOf(window.from ?? "00:00") * minuteMs;
  const to = minutesOf(window.to ?? "24:00") * minuteMs;
  const sinceMidnight = ((wall % dayMs) + dayMs) % dayMs;
  const isOn = (day: number) => {
    const name = weekdays[(new Date(day).getUTCDay() + 6) % 7];
    return !window.days || (name !== undefined && window.days.includes(name));
  };
  if (from < to) return sinceMidnight >= from && sinceMidnight < to && isOn(wall);
  return (sinceMidnight >= from && isOn(wall)) || (sinceMidnight < to && isOn(wall - dayMs));
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}
