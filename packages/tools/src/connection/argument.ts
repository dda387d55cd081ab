import { connectionNameSchema } from "@flotilla/core";

/** How a tool is told which connection it is to use. */
export const connectionArgument = connectionNameSchema
  .optional()
  .describe("name of the connection; may be left out where there is only one");
