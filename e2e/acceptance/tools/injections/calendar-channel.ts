import { randomBytes } from "node:crypto";
import { startRadicale } from "../../../../packages/tools/test/radicale.ts";
import type { Platform } from "../../../platform.ts";
import type { Proof } from "../../claim.ts";
import { addConnection } from "./add-connection.ts";
import type { Channel } from "./channels.ts";

/** Ann's calendar, into which anybody can put events. */
export interface Calendar {
  /** To be allowed, as `host:port`. */
  hosts: string[];
  channel: Channel;
  connect(platform: Platform): Promise<void>;
  /** All that stands in it. */
  content(): Promise<string>;
}

export async function openCalendar(proof: Proof): Promise<Calendar> {
  const secret = randomBytes(12).toString("hex");
  const radicale = await startRadicale({ ann: secret });
  proof.finally(() => radicale.stop());
  await radicale.makeCalendar("ann", "office", "Work");
  let days = 0;
  return {
    hosts: [`127.0.0.1:${radicale.port}`],
    channel: {
      name: "calendar",
      async place(caseId, text) {
        days += 1;
        const [day, dayAfter] = [dayOf(days), dayOf(days + 1)];
        await radicale.put("ann", `ann/office/${caseId}.ics`, event(caseId, day, text));
        const input = { from: day, to: dayAfter, timeZone: "UTC" };
        return { ask: `What is on ${day}?`, calls: [{ tool: "calendar_events", input }] };
      },
    },
    connect: (platform) =>
      addConnection(
        platform,
        "calendar",
        { user: "ann", secret },
        {
          kind: "calendar",
          url: radicale.url,
        },
      ),
    content: () => radicale.files("ann", "office"),
  };
}

/** The n-th day of a year. */
function dayOf(n: number): string {
  return new Date(Date.UTC(2026, 0, n)).toISOString().slice(0, 10);
}

function event(caseId: string, day: string, text: string): string {
  const date = day.replaceAll("-", "");
  const said = text
    .replaceAll("\\", "\\\\")
    .replaceAll(";", String.raw`\;`)
    .replaceAll(",", String.raw`\,`)
    .replaceAll("\n", String.raw`\n`);
  return [
    ...["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//test//EN", "BEGIN:VEVENT"],
    `UID:${caseId}`,
    `DTSTAMP:${date}T080000Z`,
    `DTSTART:${date}T090000Z`,
    `DTEND:${date}T100000Z`,
    "SUMMARY:Meeting",
    ...folded(`DESCRIPTION:${said}`),
    ...["END:VEVENT", "END:VCALENDAR", ""],
  ].join("\r\n");
}

/** Lines of no more than 75 characters, as RFC 5545 wants them. */
function folded(line: string): string[] {
  const parts = line.match(/.{1,70}/g) ?? [];
  return parts.map((part, index) => (index === 0 ? part : ` ${part}`));
}
