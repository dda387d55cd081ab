import { defineConfig } from "rolldown";

/** The server's code stays outside: it is loaded only by the commands that start it. */
export default defineConfig({
  input: "src/main.ts",
  platform: "node",
  external: [/^@flotilla\/(?:server|models|tools)/],
  output: { dir: "dist", format: "esm", cleanDir: true },
});
