import { Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Empty } from "../../components/empty.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { routesQuery } from "./model-queries.ts";
import { RouteCard } from "./route-card.tsx";
import { RouteTestPanel } from "./route-test-panel.tsx";
import styles from "./route-list.module.css";

export function RouteList() {
  const { data, error, refetch } = useQuery(routesQuery);
  if (!data) {
    return error ? (
      <ErrorPanel error={error} onRetry={() => void refetch()} />
    ) : (
      <Skeleton height={240} role="status" aria-busy="true" aria-label="Loading the routes" />
    );
  }
  if (data.items.length === 0) return <NoRoutes />;
  return (
    <div className={styles["columns"]}>
      <Stack gap={28}>
        {data.items.map((item) => (
          <RouteCard key={item.name} route={item} />
        ))}
      </Stack>
      <RouteTestPanel names={data.items.map(({ name }) => name)} />
    </div>
  );
}

function NoRoutes() {
  return (
    <Empty
      title="No routes yet"
      command={"routes: { support: { targets: [anthropic/…, openai/…] } }"}
    >
      A route is a name for several models: an agent names route/support, and each of its calls is
      answered by the first target that can, the cheapest, or the fastest lately. Routes are written
      in flotilla.yaml.
    </Empty>
  );
}
