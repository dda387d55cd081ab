import { Skeleton, Stack, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { ModelTable } from "./model-table.tsx";
import { modelsQuery } from "./model-queries.ts";
import { ProviderList } from "./provider-list.tsx";
import { RouteList } from "./route-list.tsx";

const route = getRouteApi("/models");

/** Which models can be called, at what price, how they fare, and the routes over them. */
export function ModelsPage() {
  const { view = "models" } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <PageHeader
        title="Models"
        below="What agents may name as their model: provider/model, or route/name for several."
      />
      <Tabs
        value={view}
        onChange={(next) =>
          void navigate({
            search: { view: next === "routes" ? "routes" : undefined },
            replace: true,
          })
        }
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="models">Models</Tabs.Tab>
          <Tabs.Tab value="routes">Routes</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="models">
          <ModelsView />
        </Tabs.Panel>
        <Tabs.Panel value="routes">
          <RouteList />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function ModelsView() {
  const { data, error, refetch } = useQuery(modelsQuery);
  if (!data) {
    return error ? (
      <ErrorPanel error={error} onRetry={() => void refetch()} />
    ) : (
      <Skeleton height={240} role="status" aria-busy="true" aria-label="Loading the models" />
    );
  }
  return (
    <Stack gap={28}>
      <ModelTable models={data.items} />
      <ProviderList providers={data.providers} />
    </Stack>
  );
}
