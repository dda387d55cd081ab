import type { Brain } from "./brain.ts";

const mostLines = 40;
const longestLine = 120;

/** Summarises a conversation as far as one can without understanding it: the start of its lines. */
export const summaryBrain: Brain = ({ messages }) => {
  const texts = messages.map((message) => message.text);
  const lines = texts.join("\n").split("\n").filter(Boolean);
  const kept = lines.slice(0, mostLines).map((line) => line.slice(0, longestLine).toWellFormed());
  return { text: [`${lines.length} lines, which begin:`, ...kept].join("\n") };
};
