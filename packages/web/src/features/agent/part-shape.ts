import type { DraftProblem } from "./agent-draft.ts";
import type { AgentPicture } from "./agent-parts.ts";

/** What the picture and the list of an agent's parts are given alike. */
export interface PartShapeProps {
  picture: AgentPicture;
  problems: readonly DraftProblem[];
  selected: string | undefined;
  onSelect: (id: string | undefined) => void;
  onRemove: (id: string) => void;
  onLink: (from: string, to: string, isThere: boolean) => void;
}
