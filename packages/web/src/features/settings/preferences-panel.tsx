import type { Preferences, PreferencesChange } from "@flotilla/core";
import { Select, SimpleGrid, Skeleton, useMantineColorScheme } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { Line, Section } from "../../components/section.tsx";
import { client } from "../../data/client.ts";
import { preferencesQuery } from "./account-queries.ts";

/** What one likes; it is kept at once, for every browser. */
export function PreferencesPanel() {
  const { data, error, refetch } = useQuery(preferencesQuery);
  return (
    <Section title="Preferences">
      {error && !data && <ErrorPanel error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={72} radius={0} />}
      {data && (
        <Line>
          <PreferenceFields preferences={data} />
        </Line>
      )}
    </Section>
  );
}

const startPages = ["/", "/runs", "/batches", "/agents", "/costs"].map((value) => ({
  value,
  label: value === "/" ? "Home" : `${value.charAt(1).toUpperCase()}${value.slice(2)}`,
}));

function PreferenceFields({ preferences }: { preferences: Preferences }) {
  const cache = useQueryClient();
  const { setColorScheme } = useMantineColorScheme();
  const change = useMutation({
    mutationFn: (next: PreferencesChange) => client.preferences.change(next),
    onSuccess: (next) => {
      cache.setQueryData(preferencesQuery.queryKey, next);
      setColorScheme(next.colorScheme);
    },
    onError: notifyError,
  });
  const isKnown = startPages.some(({ value }) => value === preferences.startPage);
  const others = isKnown ? [] : [{ value: preferences.startPage, label: preferences.startPage }];
  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }} flex={1} py={6}>
      <Select
        label="Colours"
        allowDeselect={false}
        data={[
          { value: "auto", label: "As the system" },
          { value: "light", label: "Light" },
          { value: "dark", label: "Dark" },
        ]}
        value={preferences.colorScheme}
        onChange={(next) => change.mutate({ colorScheme: next })}
      />
      <Select
        label="Time zone"
        placeholder="As the browser"
        searchable
        clearable
        limit={50}
        data={Intl.supportedValuesOf("timeZone")}
        value={preferences.timeZone}
        onChange={(next) => change.mutate({ timeZone: next })}
      />
      <Select
        label="After signing in"
        allowDeselect={false}
        data={[...startPages, ...others]}
        value={preferences.startPage}
        onChange={(next) => change.mutate({ startPage: next })}
      />
    </SimpleGrid>
  );
}
