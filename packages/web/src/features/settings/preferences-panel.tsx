import type { Preferences } from "@flotilla/core";
import { Select, SimpleGrid } from "@mantine/core";
import { Line, Section } from "../../components/section.tsx";
import { useChangePreferences, usePreferences } from "../../data/preferences.ts";

/** What one likes; it is kept at once, for every browser. */
export function PreferencesPanel() {
  const preferences = usePreferences();
  return (
    <Section title="Preferences">
      {preferences && (
        <Line>
          <PreferenceFields preferences={preferences} />
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
  const change = useChangePreferences();
  const isKnown = startPages.some(({ value }) => value === preferences.startPage);
  const others = isKnown ? [] : [{ value: preferences.startPage, label: preferences.startPage }];
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }} flex={1} py={6}>
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
        label="Lists"
        allowDeselect={false}
        data={[
          { value: "comfortable", label: "Comfortable" },
          { value: "compact", label: "Compact" },
        ]}
        value={preferences.density}
        onChange={(next) => change.mutate({ density: next })}
      />
      <Select
        label="Time zone"
        placeholder="As the browser"
        classNames={{ input: "standing" }}
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
