import type { ModelItem } from "@flotilla/api";
import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { useNow } from "../../data/use-now.ts";
import { modelsQuery, routesQuery } from "./model-queries.ts";

type Resettable = Pick<ModelItem, "model" | "breaker" | "health">;

/** Lets calls through to a model again at once; there only where they are held back, for who may. */
export function ResetButton({ item: { model, breaker, health } }: { item: Resettable }) {
  const cache = useQueryClient();
  const mayReset = useMay()("fleet.steer");
  const reset = useMutation({
    mutationFn: () => client.models.reset(model),
    onSuccess: () =>
      Promise.all(
        [modelsQuery, routesQuery].map(({ queryKey }) => cache.invalidateQueries({ queryKey })),
      ),
    onError: notifyError,
  });
  const until = health?.pausedUntil ?? null;
  const isPaused = useNow((now) => (until !== null && Date.parse(until) > now ? 1 : 0)) === 1;
  if (!mayReset || (breaker === "closed" && !isPaused)) return null;
  return (
    <Button
      size="compact-xs"
      variant="default"
      loading={reset.isPending}
      onClick={() => reset.mutate()}
      aria-label={`Reset ${model}`}
    >
      Reset
    </Button>
  );
}
