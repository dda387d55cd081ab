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
    // What every page begins with is one file: some seventy small ones took as many requests.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: "start", tags: ["$initial"] }],
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
