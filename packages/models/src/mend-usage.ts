/** A count that is there and says nothing; usage.ts estimates in its place. */
const uncounted = "-1";

const count =
  /("[a-z_]*_tokens"\s*:\s*)("(?:[^"\\]|\\.)*"|-?Infinity|NaN|-?\d[\d.eE+-]*|true|false)/g;

/**
 * The lines of a stream with every token count that is not a whole number made `-1`. The
 * packages take a number or refuse the whole event, and with it an answer that is paid for.
 * Text of the model is never touched: inside a JSON string the quotes of a key are escaped.
 */
export function mendUsage(lines: string): string {
  if (!lines.includes('_tokens"')) return lines;
  return lines.replace(count, (whole, key: string, value: string) =>
    isCount(value) ? whole : key + uncounted,
  );
}

/**
 * The same for Anthropic's events, where a usage is required: one that is missing is added
 * as uncounted.
 */
export function mendAnthropicUsage(lines: string): string {
  const mended = mendUsage(lines);
  if (!/"type": ?"message_(?:start|delta)"/.test(mended)) return mended;
  return mended.replace(/^data:.*"type": ?"message_(?:start|delta)".*$/gm, (line) => {
    const usage = line.includes('"message_start"') ? '"input_tokens"' : '"output_tokens"';
    if (line.includes(usage)) return line;
    const empty = `"usage":{${usage}:${uncounted}}`;
    if (/"usage": ?(?:\{\}|null)/.test(line)) return line.replace(/"usage": ?(?:\{\}|null)/, empty);
    return line.replace(/"type": ?"message(?:_delta)?"/, `$&,${empty}`);
  });
}

function isCount(value: string): boolean {
  const number = Number(value);
  return Number.isSafeInteger(number) && number >= 0;
}
