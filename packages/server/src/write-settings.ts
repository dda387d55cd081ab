import { readFileSync, writeFileSync } from "node:fs";
import { withSettingsTable } from "./settings-table.ts";

/** Writes the table of settings into the docs: `npm run settings -w packages/server`. */
const page = new URL("../../../docs/configuration.md", import.meta.url);
writeFileSync(page, withSettingsTable(readFileSync(page, "utf8")));
