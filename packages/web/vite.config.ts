import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compressedFiles } from "./compressed-files.ts";
import { pureInitialisers } from "./pure-initialisers.ts";

const platform = process.env["FLOTILLA_URL"] ?? "http://127.0.0.1:4600";

/**
 * Built files refer to each other relatively (`base: "./"`), and index.html resolves them against
 * its own `<base href>`: the same build works at the root and behind any path prefix.
 */
export default defineConfig({
  base: "./",
  plugins: [react(), pureInitialisers(), compressedFiles()],
  build: {
    target: ["chrome125", "firefox125", "safari17.5"],
    cssTarget: ["chrome125", "firefox125", "safari17.5"],
    // A data: URL would need more than the content security policy allows.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    // A page waits for no style sheet of its own: all of them are some 50 KB.
    cssCodeSplit: false,
    // The small files of a page come along with it anyway; each hint costs more than it gains.
    modulePreload: {
      resolveDependencies: (_file, files) => files.filter((file) => file.includes("/shared-")),
    },
    // What every page begins with is one file, and what most of them need is another: a run's page took some ninety.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "start", tags: ["$initial"], priority: 2 },
            { name: "shared", minShareCount: 4, priority: 1 },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      "/api": { target: platform, ws: true },
      "/docs": platform,
    },
  },
});
