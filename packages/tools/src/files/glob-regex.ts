import { RE2JS } from "re2js";

/**
 * A matcher of paths for a glob: see `globMatcher`. Throws what RE2 throws for one that cannot be read.
 */
export function compileGlob(glob: string): (path: string) => boolean {
  const isNot = glob.startsWith("!");
  const pattern = isNot ? glob.slice(1) : glob;
  const anchored = pattern.includes("/") ? pattern.replace(/^\.?\//, "") : `**/${pattern}`;
  const regex = RE2JS.compile(`^(?:${toRegex(anchored)})$`, RE2JS.DOTALL);
  return (path) => regex.test(path) !== isNot;
}

/** One token after the other; what is not closed stands for itself. */
function toRegex(glob: string): string {
  let regex = "";
  let depth = 0;
  const tokens = glob.matchAll(/\*\*\/|\/\*\*$|\*+|\?|\[[!^]?\]?[^\]/]*\]|\\.|[{},]|[^]/gu);
  for (const [token] of tokens) {
    if (token === "**/") regex += "(?:[^/]*/)*";
    else if (token === "/**") regex += "/.*";
    else if (token.startsWith("**")) regex += ".*";
    else if (token === "*") regex += "[^/]*";
    else if (token === "?") regex += "[^/]";
    else if (token.startsWith("[") && token.length > 2) regex += classOf(token);
    else if (token === "{") [regex, depth] = [`${regex}(?:`, depth + 1];
    else if (token === "}" && depth > 0) [regex, depth] = [`${regex})`, depth - 1];
    else if (token === "," && depth > 0) regex += "|";
    else regex += escape(token.length > 1 && token.startsWith("\\") ? token.slice(1) : token);
  }
  return regex;
}

function classOf(token: string): string {
  const isNot = /^\[[!^]/.test(token);
  const inner = token.slice(isNot ? 2 : 1, -1).replaceAll(/[\\[\]^&]/g, "\\$&");
  return `[${isNot ? "^/" : ""}${inner}]`;
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
