import "@mantine/spotlight/styles.layer.css";
import { Spotlight, spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import {
  IconArrowRight,
  IconPlayerPlay,
  IconRobot,
  IconSearch,
  IconSunMoon,
  IconUpload,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, type KeyboardEvent } from "react";
import { shortId } from "../components/copy-id.tsx";
import { StatusIcon } from "../components/status-badge.tsx";
import { agentsQuery } from "../features/agent/agent-queries.ts";
import { client } from "../data/client.ts";
import { useMay } from "../data/me.ts";
import { placesFor } from "./places.ts";
import { useColorScheme } from "./use-color-scheme.ts";

/** ⌘K: every place and thing by name. `asked` rises each time someone asks for it. */
export function Palette({ asked }: { asked: number }) {
  useEffect(() => spotlight.open(), [asked]);
  const groups = [usePlaces(), useBatches(), useAgents(), useRuns()];
  return (
    <Spotlight
      shortcut={null}
      actions={groups}
      limit={40}
      scrollable
      overlayProps={{ blur: 0, backgroundOpacity: 0.4 }}
      styles={{ search: { outline: "none" } }}
      maxHeight={440}
      nothingFound="Nothing has that name or id."
      searchProps={{
        leftSection: <IconSearch size={16} stroke={1.7} />,
        placeholder: "Go to a page, an agent, a run, a batch…",
        "aria-label": "Search",
        onKeyDown: takeFirst,
      }}
    />
  );
}

/** What comes in after the typing is not selected by itself: Enter takes the first of it. */
function takeFirst({ key, nativeEvent, currentTarget }: KeyboardEvent<HTMLInputElement>): void {
  if (key !== "Enter" || nativeEvent.isComposing) return;
  const palette = currentTarget.closest("[role=dialog]");
  if (palette?.querySelector("[data-selected]")) return;
  palette?.querySelector<HTMLElement>("[data-action]")?.click();
}

function usePlaces(): SpotlightActionGroupData {
  const navigate = useNavigate();
  const [colorScheme, setColorScheme] = useColorScheme();
  const may = useMay();
  return {
    group: "Do",
    actions: [
      ...(may("agents.run")
        ? [
            {
              id: "start-run",
              label: "Start a run",
              leftSection: <IconPlayerPlay size={15} stroke={1.7} />,
              onClick: () => void navigate({ to: "/runs", search: { start: "" } }),
            },
          ]
        : []),
      ...(may("batches.write")
        ? [
            {
              id: "new-batch",
              label: "New batch from a file",
              leftSection: <IconUpload size={15} stroke={1.7} />,
              onClick: () => void navigate({ to: "/batches/new" }),
            },
          ]
        : []),
      {
        id: "color-scheme",
        label: "Toggle light and dark",
        keywords: "theme colour scheme",
        leftSection: <IconSunMoon size={15} stroke={1.7} />,
        onClick: () => setColorScheme(colorScheme === "dark" ? "light" : "dark"),
      },
      {
        id: "go /models routes",
        label: "Go to Routes",
        keywords: "fallback failover try test breaker",
        leftSection: <IconArrowRight size={15} stroke={1.7} />,
        onClick: () => void navigate({ to: "/models", search: { view: "routes" } }),
      },
      ...placesFor(may)
        .flatMap(({ places }) => places)
        .map(({ to, label }) => ({
          id: `go ${to}`,
          label: `Go to ${label}`,
          leftSection: <IconArrowRight size={15} stroke={1.7} />,
          onClick: () => void navigate({ to }),
        })),
    ],
  };
}

function useBatches(): SpotlightActionGroupData {
  const navigate = useNavigate();
  const { data } = useQuery({
    queryKey: ["palette", "batches"],
    queryFn: () => client.batches.list({ limit: 20 }),
  });
  return {
    group: "Batches",
    actions: (data?.items ?? []).map((batch) => ({
      id: batch.id,
      label: batch.name,
      description: `${batch.status} · ${batch.agentName}`,
      keywords: batch.id,
      leftSection: <StatusIcon status={batch.status} />,
      onClick: () => void navigate({ to: "/batches/$batchId", params: { batchId: batch.id } }),
    })),
  };
}

function useAgents(): SpotlightActionGroupData {
  const navigate = useNavigate();
  const { data } = useQuery(agentsQuery);
  return {
    group: "Agents",
    actions: (data?.items ?? []).map((agent) => ({
      id: agent.id,
      label: agent.name,
      description: agent.spec.description,
      leftSection: <IconRobot size={15} stroke={1.7} />,
      onClick: () => void navigate({ to: "/agents/$name", params: { name: agent.name } }),
    })),
  };
}

function useRuns(): SpotlightActionGroupData {
  const navigate = useNavigate();
  const { data } = useQuery({
    queryKey: ["palette", "runs"],
    queryFn: () => client.runs.list({ limit: 20 }),
  });
  return {
    group: "Recent runs",
    actions: (data?.items ?? []).map((run) => ({
      id: run.runId,
      label: run.input.slice(0, 80),
      description: `${run.agentName} · ${shortId(run.runId)}`,
      keywords: run.runId,
      leftSection: <StatusIcon status={run.status} />,
      onClick: () => void navigate({ to: "/runs/$runId", params: { runId: run.runId } }),
    })),
  };
}
