import { formatDuration } from "../../components/duration.tsx";
import { useNow } from "../../data/use-now.ts";

/** How long there is still to answer. */
export function ExpiresIn({ at }: { at: string }) {
  const left = useNow((now) => formatDuration(Math.max(0, Date.parse(at) - now)));
  return <span> · expires in {left}</span>;
}
