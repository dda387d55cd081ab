import { parseAst, type Plugin } from "vite";

/** Packages that promise `sideEffects: false`: what a module of theirs does on loading is to name values. */
const promising = /\/packages\/(?:core|api)\/src\/[^?]+\.ts$/;

/** Initialisers that a bundler knows to do nothing. */
const harmless = new Set([
  "ArrowFunctionExpression",
  "FunctionExpression",
  "Literal",
  "Identifier",
]);

/**
 * Marks the initialisers of module constants as pure, so that a schema nobody uses is left out of the bundle
 * with all that it is made of. A bundler cannot know by itself that `z.object(…).refine(…)` does nothing else.
 */
export function pureInitialisers(): Plugin {
  return {
    name: "flotilla:pure-initialisers",
    enforce: "post",
    apply: "build",
    transform(code, id) {
      if (!promising.test(id)) return null;
      return { code: markInitialisers(code), map: null };
    },
  };
}

function markInitialisers(code: string): string {
  let marked = code;
  for (const { start, end } of initialisersOf(code).toReversed()) {
    const value = code.slice(start, end);
    marked = `${marked.slice(0, start)}/* @__PURE__ */ (() => (${value}))()${marked.slice(end)}`;
  }
  return marked;
}

function initialisersOf(code: string): { start: number; end: number }[] {
  return parseAst(code).body.flatMap((statement) => {
    const named = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (named?.type !== "VariableDeclaration" || named.kind !== "const") return [];
    return named.declarations.flatMap(({ init }) =>
      init && !harmless.has(init.type) ? [init] : [],
    );
  });
}
