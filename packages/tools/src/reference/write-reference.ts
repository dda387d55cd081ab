import { writeFileSync } from "node:fs";
import { loadTools } from "../registry.ts";
import { referencePage } from "./reference-page.ts";

/** Writes the reference of the built-in tools into the docs: `npm run reference -w packages/tools`. */
const tools = await loadTools();
writeFileSync(
  new URL("../../../../docs/tools-reference.md", import.meta.url),
  referencePage(tools.list()),
);
