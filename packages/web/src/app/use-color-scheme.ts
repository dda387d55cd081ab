import { useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import { useEffect } from "react";
import { useChangePreferences, usePreferences } from "../data/preferences.ts";

/** The colours that the reader likes, and how he likes others: for every browser of his. */
export function useColorScheme(): [MantineColorScheme, (next: MantineColorScheme) => void] {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const change = useChangePreferences();
  return [
    colorScheme,
    (next) => {
      setColorScheme(next);
      change.mutate({ colorScheme: next });
    },
  ];
}

/** For the shell: what was chosen in another browser holds here too. */
export function useKeptColorScheme(): void {
  const kept = usePreferences()?.colorScheme;
  const { setColorScheme } = useMantineColorScheme();
  useEffect(() => {
    if (kept) setColorScheme(kept);
  }, [kept, setColorScheme]);
}
