import fc from "fast-check";
import { expect, test } from "vitest";
import { EventLines, type StreamRules } from "./event-lines.ts";

const chat: StreamRules = {
  last: /^data: ?\[DONE\]\s*$/m,
  lastIsOneLine: true,
  lastIsRequired: true,
};
const named: StreamRules = { last: /^event: ?message_stop\b/m };

function read(rules: StreamRules, chunks: Buffer[]) {
  const lines = new EventLines(rules);
  const passed: Buffer[] = [];
  for (const chunk of chunks) {
    if (lines.ended) break;
    const taken = lines.take(chunk);
    if (taken) passed.push(taken);
  }
  const rest = lines.ended ? undefined : lines.rest();
  return { lines, text: Buffer.concat([...passed, ...(rest ? [rest] : [])]).toString(), passed };
}

/** The bytes cut at any places. */
function cut(bytes: Buffer, places: number[]): Buffer[] {
  const at = [0, ...places.map((place) => place % bytes.length), bytes.length];
  const sorted = at.toSorted((a, b) => a - b);
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
}

test("however a stream is cut, its text is the same and each piece ends a line", () => {
  const stream = Buffer.from('data: {"x":"über 🦊"}\r\n\r\ndata: {"y":"“”"}\n\ndata: [DONE]\n\n');
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 20 }), (places) => {
      const { text, passed, lines } = read(chat, cut(stream, places));
      expect(stream.toString().startsWith(text)).toBe(true);
      expect(text).toContain("data: [DONE]");
      for (const piece of passed) expect(piece.at(-1)).toBe(10);
      expect(lines).toMatchObject({ ended: true, isCut: false });
    }),
  );
});

test("a last event of two lines ends with its empty line, and no sooner", () => {
  const stream = Buffer.from("event: ping\ndata: {}\n\nevent: message_stop\r\ndata: {}\r\n\r\n");
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 20 }), (places) => {
      const { text, lines } = read(named, cut(stream, places));
      expect(text).toBe(stream.toString());
      expect(lines.ended).toBe(true);
    }),
  );
  expect(read(named, [stream.subarray(0, -2)]).lines.ended).toBe(false);
});

test("a stream without its last event is cut, where it must have one", () => {
  const stream = Buffer.from('data: {"text":"data: [DONE]"}\n\n');
  expect(read(chat, [stream]).lines.isCut).toBe(true);
  expect(read(named, [stream]).lines.isCut).toBe(false);
});

test("a last line without its line end counts when the body ends", () => {
  const { lines, text } = read(chat, [Buffer.from("data: {}\n\ndata: [DO"), Buffer.from("NE]")]);
  expect(lines.isCut).toBe(false);
  expect(text).toBe("data: {}\n\ndata: [DONE]");
});
