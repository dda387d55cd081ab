import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import type { ChildPart } from "./child-feed.tsx";

const route = getRouteApi("/runs/$runId");

/** Which runs below are unfolded in the timeline, and what has come of them. */
export interface Unfolding {
  open: ReadonlySet<string>;
  parts: ReadonlyMap<string, ChildPart>;
  toggle: (runId: string) => void;
  put: (runId: string, part: ChildPart) => void;
}

/** The address says which: `?unfolded=[…]`. */
export function useUnfolding(): Unfolding {
  const { unfolded } = route.useSearch();
  const navigate = route.useNavigate();
  const [parts, setParts] = useState<ReadonlyMap<string, ChildPart>>(new Map());
  const open = useMemo(() => new Set(unfolded), [unfolded]);
  const put = useCallback(
    (runId: string, part: ChildPart) => setParts((old) => new Map(old).set(runId, part)),
    [],
  );
  const toggle = useCallback(
    (runId: string) =>
      void navigate({
        search: (old) => {
          const before = old.unfolded ?? [];
          const next = before.includes(runId)
            ? before.filter((one) => one !== runId)
            : [...before, runId];
          return { ...old, unfolded: next.length > 0 ? next : undefined };
        },
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
  return useMemo(() => ({ open, parts, toggle, put }), [open, parts, toggle, put]);
}
