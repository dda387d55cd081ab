import type { Problems } from "./problems-of.ts";

/** What the parts of a form share that edits a draft; problems stand by the draft's field. */
export interface DraftFieldsProps<Draft> {
  draft: Draft;
  problems: Problems;
  onChange: (part: Partial<Draft>) => void;
}
