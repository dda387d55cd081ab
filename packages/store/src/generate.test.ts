import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { createDatabase } from "../test/database.ts";
import { generateSchema, schemaFile } from "./generate.ts";

it("gives exactly the committed types; if not: npm run generate -w packages/store", async () => {
  const database = await createDatabase();
  const generated = await generateSchema(database.url);
  await database.drop();
  expect(generated).toBe(await readFile(schemaFile, "utf8"));
});
