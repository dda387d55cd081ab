import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";
import type { Stretch } from "./time-scale.ts";
import { boundedWindow } from "./zoom-window.ts";

const route = getRouteApi("/runs/$runId");

/** The address is written when the wheel has stood still for so long. */
const quietMs = 250;

/** Which stretch of a run's time is looked at: `?from=…&to=…`, in milliseconds since its start. */
export function useZoom(spanMs: number) {
  const { from, to } = route.useSearch();
  const navigate = route.useNavigate();
  /** null: as the address says. */
  const [ahead, setAhead] = useState<Stretch | undefined | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const show = useCallback(
    (next: Stretch | undefined) => {
      setAhead(next);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        const search = { from: next?.startMs, to: next?.endMs };
        void navigate({
          search: (old) => ({ ...old, ...search }),
          replace: true,
          resetScroll: false,
        }).then(() => setAhead(null));
      }, quietMs);
    },
    [navigate],
  );
  useEffect(() => () => clearTimeout(timer.current), []);
  const inAddress =
    from === undefined || to === undefined
      ? undefined
      : boundedWindow({ startMs: from, endMs: to }, spanMs);
  return { window: ahead === null ? inAddress : ahead, show };
}
