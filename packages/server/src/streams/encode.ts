import type { StreamMessage } from "@flotilla/api";

/** Many clients are sent the same event: its text is made once, and forgotten with it. */
const texts = new WeakMap<object, string>();

function textOf(data: object): string {
  const known = texts.get(data);
  if (known !== undefined) return known;
  const text = JSON.stringify(data);
  texts.set(data, text);
  return text;
}

function cursorOf(message: StreamMessage): string | undefined {
  return "cursor" in message ? message.cursor : undefined;
}

/** A message as a server-sent event. The data is JSON, so it holds no line break. */
export function toFrame(message: StreamMessage): string {
  const cursor = cursorOf(message);
  const id = cursor === undefined ? "" : `id: ${cursor}\n`;
  return `event: ${message.type}\n${id}data: ${textOf(message.data)}\n\n`;
}

/** A message of a subscription as it goes over a WebSocket. */
export function toText(message: StreamMessage, sub: number): string {
  const cursor = cursorOf(message);
  const place = cursor === undefined ? "" : `,"cursor":"${cursor}"`;
  return `{"type":"${message.type}","sub":${sub}${place},"data":${textOf(message.data)}}`;
}
