import { z } from "zod";

/** What of the editor is in its address. */
export const editorSearchSchema = z.object({
  view: z.enum(["canvas"]).optional().catch(undefined),
  pane: z.enum(["test"]).optional().catch(undefined),
});
export type EditorSearch = z.infer<typeof editorSearchSchema>;
