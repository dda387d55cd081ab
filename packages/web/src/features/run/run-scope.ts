import { createContext } from "react";

/** What those who show a part of a run know of the whole. */
interface RunScopeValue {
  /** It was so: nothing can be done about it now. */
  isPast: boolean;
  /** Called after something was done: a run that has ended may have events again. */
  onChanged: () => void;
}

export const RunScope = createContext<RunScopeValue>({ isPast: false, onChanged: () => undefined });
