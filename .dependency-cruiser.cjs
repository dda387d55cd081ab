/**
 * The layers of ARCHITECTURE.md as rules. `npm run boundaries` checks them.
 * Tests may reach further: into other packages, and past their index.
 */
const tests = "\\.test\\.tsx?$|/test/|^e2e/|^bench/";
const startCommands =
  "^packages/cli/src/(commands/(up|worker|admin-link|simulate|doctor|tool-check)\\.ts$|health/)";

/** `layer` may import itself and `others`, and of those only what their index exports. */
function layer(name, ...others) {
  return {
    name: `${name}-layer`,
    comment: `${name} may import ${others.join(" and ") || "no other package"}.`,
    severity: "error",
    from: { path: `^packages/${name}/`, pathNot: [tests, startCommands] },
    to: {
      path: "^(packages|bench|e2e|scripts)/",
      pathNot: `^packages/(${[name, ...others].join("|")})/`,
    },
  };
}

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    layer("core"),
    layer("store", "core"),
    layer("engine", "core"),
    layer("models", "core"),
    layer("tools", "core"),
    layer("api", "core"),
    layer("web", "api", "core"),
    layer("cli", "api", "core"),
    layer("server", "api", "core", "store", "engine", "models", "tools"),
    {
      name: "cli-starts-the-platform",
      comment: "Only the commands that start the platform load it, and only when they run.",
      severity: "error",
      from: { path: startCommands, pathNot: tests },
      to: {
        path: "^packages/(server|models|store|engine|tools|web)/",
        dependencyTypesNot: ["dynamic-import", "type-only"],
      },
    },
    {
      name: "only-through-the-index",
      comment: "Another package is imported by its name; its index is what it offers.",
      severity: "error",
      from: { path: "^(packages/[^/]+|bench|e2e)/", pathNot: tests },
      to: { path: "^packages/", pathNot: ["^$1/", "^packages/[^/]+/src/index\\.ts$"] },
    },
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "core-runs-in-a-browser",
      comment:
        "core does no I/O; it imports zod, and what reads cron patterns, JSON paths and patterns.",
      severity: "error",
      from: { path: "^packages/core/", pathNot: tests },
      to: {
        pathNot: ["^packages/core/", "^node_modules/(zod|croner|jsonpath-rfc9535|re2js)/"],
      },
    },
    {
      name: "web-runs-in-a-browser",
      severity: "error",
      from: { path: "^packages/web/src/", pathNot: tests },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "dbos-only-in-engine",
      severity: "error",
      from: { pathNot: ["^packages/engine/", tests] },
      to: { path: "^node_modules/@dbos-inc/" },
    },
    {
      name: "postgres-only-in-store",
      severity: "error",
      // Other people's databases are the business of tools; the platform's own is the store's.
      from: { pathNot: ["^packages/store/", "^packages/tools/src/(connection|database)/", tests] },
      to: { path: "^node_modules/(pg|pg-[^/]+|kysely)/" },
    },
    {
      name: "nothing-imports-tests",
      severity: "error",
      from: { pathNot: tests },
      to: { path: "\\.test\\.tsx?$|/test/" },
    },
    {
      name: "every-import-resolves",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(packages/[^/]+|bench|e2e)/dist/|^bench/peers/" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".mjs", ".js", ".json", ".css"],
    },
  },
};
