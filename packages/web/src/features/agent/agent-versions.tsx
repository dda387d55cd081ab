import type { Agent } from "@flotilla/core";
import { Group, Select, Skeleton, Stack, Text, UnstyledButton } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { LineDiff } from "../../components/line-diff.tsx";
import { RelativeTime } from "../../components/relative-time.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { agentVersionsQuery } from "./agent-queries.ts";
import { AgentSource } from "./agent-source.tsx";
import { specText } from "./lean-spec.ts";
import styles from "./agent-versions.module.css";

const route = getRouteApi("/agents/$name");

/** Who made which version and why, what differs between any two, and the way back. */
export function AgentVersions({ name }: { name: string }) {
  const { data, error, refetch } = useQuery(agentVersionsQuery(name));
  const { version, against } = route.useSearch();
  const navigate = route.useNavigate();
  if (error && !data) return <ErrorPanel error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={240} role="status" aria-busy="true" aria-label="Loading" />;
  const all = data.items;
  const shown = all.find((one) => one.version === version) ?? all[0];
  if (!shown) return null;
  const other = all.find((one) => one.version === (against ?? shown.version - 1));
  const go = (change: { version?: number; against?: number | undefined }) =>
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true, resetScroll: false });
  return (
    <div className={styles["versions"]}>
      <ol className={styles["list"]} aria-label="Versions">
        {all.map((one) => (
          <VersionItem
            key={one.version}
            agent={one}
            newest={all[0]?.version ?? 0}
            isShown={one === shown}
            onShow={() => go({ version: one.version, against: undefined })}
          />
        ))}
      </ol>
      <Stack gap="sm" miw={0}>
        {all.length === 1 ? (
          <Text size="sm" fw={600}>
            The only version so far
          </Text>
        ) : (
          <Group gap="xs">
            <Text size="sm" fw={600}>
              Version {shown.version} against
            </Text>
            <Select
              size="xs"
              w={130}
              aria-label="Compare with version"
              allowDeselect={false}
              placeholder="nothing"
              data={all
                .filter((one) => one !== shown)
                .map((one) => ({ value: String(one.version), label: `Version ${one.version}` }))}
              value={other ? String(other.version) : null}
              onChange={(value) => go({ against: value === null ? undefined : Number(value) })}
            />
          </Group>
        )}
        <VersionText shown={shown} other={other} isOnly={all.length === 1} />
      </Stack>
    </div>
  );
}

interface VersionTextProps {
  shown: Agent;
  other: Agent | undefined;
  isOnly: boolean;
}

/** What it changed; the only one is shown as it is. */
function VersionText({ shown, other, isOnly }: VersionTextProps) {
  if (isOnly) return <AgentSource spec={shown.spec} format="yaml" />;
  return (
    <LineDiff
      label={`What version ${shown.version} changed`}
      before={other ? specText(other.spec) : ""}
      after={specText(shown.spec)}
    />
  );
}

interface VersionItemProps {
  agent: Agent;
  newest: number;
  isShown: boolean;
  onShow: () => void;
}

function VersionItem({ agent, newest, isShown, onShow }: VersionItemProps) {
  const may = useMay();
  const cache = useQueryClient();
  const { version, note, createdBy, createdAt } = agent;
  const restore = async () => {
    const terms = { note: `As version ${version}`, onVersion: newest };
    await client.agents.apply(agent.spec, terms);
    await cache.invalidateQueries({ queryKey: ["agents"] });
  };
  return (
    <li className={styles["item"]} data-selected={isShown}>
      <UnstyledButton
        className={styles["words"]}
        aria-current={isShown ? "true" : undefined}
        onClick={onShow}
      >
        <span className={styles["title"]}>
          <b>Version {version}</b>
          <span className="dimmed">
            <RelativeTime at={createdAt} />
          </span>
        </span>
        <span className={styles["about"]} title={note}>
          {[createdBy ?? "somebody", note].filter(Boolean).join(": ")}
        </span>
      </UnstyledButton>
      {may("agents.write") && version !== newest && (
        <ConfirmButton label="Restore" name={`Restore version ${version}`} onConfirm={restore}>
          It becomes version {newest + 1}, for runs that are started from now on. Nothing is lost.
        </ConfirmButton>
      )}
    </li>
  );
}
