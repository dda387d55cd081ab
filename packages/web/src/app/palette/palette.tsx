import "@mantine/spotlight/styles.layer.css";
import { useDebouncedValue } from "@mantine/hooks";
import { createSpotlight, Spotlight, useSpotlight } from "@mantine/spotlight";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useState, type KeyboardEvent } from "react";
import type { EntryGroup } from "./entry.ts";
import { useAnswers } from "./use-answers.tsx";
import { useFound } from "./use-found.tsx";
import { useHere } from "./use-here.tsx";
import { usePlaces } from "./use-places.tsx";
import { useStarts } from "./use-starts.tsx";
import { useSwitches } from "./use-switches.tsx";

/** The server is asked once the typing rests so long, in milliseconds. */
const restMs = 150;

const [store, spotlight] = createSpotlight();

const styles = {
  search: { outline: "none" },
  actionBody: { minWidth: 0 },
  // The list is as wide as the dialog, however long a name is.
  actionLabel: {
    display: "block",
    contain: "inline-size",
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
  },
  actionDescription: { opacity: 1 },
} as const;

/** ⌘K: every place and thing by name, and what can be done with them. `asked` rises each time someone asks for it. */
export function Palette({ asked }: { asked: number }) {
  useEffect(() => spotlight.open(), [asked]);
  const { opened } = useSpotlight(store);
  const [typed, setTyped] = useState("");
  const [rested] = useDebouncedValue(typed.trim(), restMs);
  const groups = useGroups({ isOpen: opened, query: opened ? rested : "" });
  return (
    <Spotlight
      store={store}
      shortcut={null}
      query={typed}
      onQueryChange={setTyped}
      clearQueryOnClose
      actions={groups}
      limit={60}
      scrollable
      overlayProps={{ blur: 0, backgroundOpacity: 0.4 }}
      styles={styles}
      attributes={{ content: { "aria-label": "Search or run a command" } }}
      maxHeight={460}
      nothingFound={rested === typed.trim() ? "Nothing has that name or id." : "Searching…"}
      searchProps={{
        leftSection: <IconSearch size={16} stroke={1.7} />,
        placeholder: "Go to a page, find a run, start, answer…",
        "aria-label": "Search",
        onKeyDown: takeFirst,
      }}
    />
  );
}

function useGroups(asked: { isOpen: boolean; query: string }): EntryGroup[] {
  const groups = [
    useHere(asked),
    useStarts(asked),
    useAnswers(asked),
    usePlaces(),
    ...useFound(asked),
    useSwitches(),
  ];
  return groups.filter(({ actions }) => actions.length > 0);
}

/** What comes in after the typing is not selected by itself: Enter takes the first of it. */
function takeFirst({ key, nativeEvent, currentTarget }: KeyboardEvent<HTMLInputElement>): void {
  if (key !== "Enter" || nativeEvent.isComposing) return;
  const palette = currentTarget.closest("[role=dialog]");
  if (palette?.querySelector("[data-selected]")) return;
  palette?.querySelector<HTMLElement>("[data-action]")?.click();
}
