import { Group, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState } from "react";
import { formatPlural } from "../../components/count.tsx";
import { findLines } from "./content-kind.ts";
import styles from "./line-view.module.css";

const lineHeight = 20;

/** Numbered lines, as many as there are: only those on screen exist. Enter goes from one found to the next. */
export function LineView({ lines }: { lines: readonly string[] }) {
  const frame = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: () => lineHeight,
    overscan: 20,
  });
  const search = useLineSearch(lines, (line) =>
    virtualizer.scrollToIndex(line, { align: "center" }),
  );
  return (
    <div>
      <SearchBar search={search} count={lines.length} />
      <div className={styles["frame"]} ref={frame} tabIndex={0} role="group" aria-label="Content">
        <div className={styles["body"]} style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ key, index, start }) => (
            <div
              key={key}
              className={styles["line"]}
              data-found={index === search.current}
              style={{ transform: `translateY(${start}px)` }}
            >
              <span className={styles["number"]} aria-hidden>
                {index + 1}
              </span>
              <span>{lines[index]}</span>
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

interface LineSearch {
  sought: string;
  found: readonly number[];
  /** The one that was gone to. */
  current: number | undefined;
  seek: (sought: string) => void;
  step: (by: 1 | -1) => void;
}

function useLineSearch(lines: readonly string[], show: (line: number) => void): LineSearch {
  const [sought, setSought] = useState("");
  const [turn, setTurn] = useState(0);
  const found = useMemo(() => findLines(lines, sought), [lines, sought]);
  const goTo = (among: readonly number[], next: number) => {
    setTurn(next);
    const line = among[next];
    if (line !== undefined) show(line);
  };
  return {
    ...{ sought, found, current: found[turn] },
    seek: (next) => {
      setSought(next);
      goTo(findLines(lines, next), 0);
    },
    step: (by) => goTo(found, (turn + by + found.length) % Math.max(1, found.length)),
  };
}

function SearchBar({ search, count }: { search: LineSearch; count: number }) {
  const { sought, found, seek, step } = search;
  return (
    <Group gap="sm" mb="sm">
      <TextInput
        aria-label="Find in the content"
        placeholder="Find, Enter for the next"
        w={260}
        leftSection={<IconSearch size={14} aria-hidden />}
        value={sought}
        onChange={({ currentTarget: { value } }) => seek(value)}
        onKeyDown={({ key, shiftKey }) => key === "Enter" && step(shiftKey ? -1 : 1)}
      />
      <span className="dimmed" role="status">
        {sought.trim() === ""
          ? formatPlural(count, "line")
          : `${formatPlural(found.length, "line")} found`}
      </span>
    </Group>
  );
}
