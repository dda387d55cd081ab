import type { Json } from "@flotilla/core";
import { useState, type ReactNode } from "react";
import { formatPlural } from "./count.tsx";
import styles from "./json-view.module.css";

interface JsonViewProps {
  value: Json;
  /** How many levels are open at first. */
  open?: number;
}

/** A JSON value, indented and coloured; objects and arrays fold. */
export function JsonView({ value, open = 3 }: JsonViewProps) {
  return (
    // Long lines scroll sideways; the keyboard must get there too.
    <div className={styles["json"]} tabIndex={0} role="group" aria-label="JSON">
      <Value value={value} open={open} />
    </div>
  );
}

function Value({ value, open }: { value: Json; open: number }) {
  if (typeof value === "object" && value !== null) return <Nest value={value} open={open} />;
  const kind = value === null ? "null" : typeof value;
  return <span className={styles[kind]}>{JSON.stringify(value)}</span>;
}

function Nest({ value, open }: { value: Json[] | { [key: string]: Json }; open: number }) {
  const [isOpen, setOpen] = useState(open > 0);
  const isArray = Array.isArray(value);
  const entries = Object.entries(value);
  const [left, right] = isArray ? "[]" : "{}";
  if (entries.length === 0) return <span className={styles["mark"]}>{`${left}${right}`}</span>;
  const size = formatPlural(entries.length, isArray ? "item" : "key");
  return (
    <>
      <button
        type="button"
        className={styles["fold"]}
        aria-expanded={isOpen}
        aria-label={`${isOpen ? "Fold" : "Unfold"} ${size}`}
        onClick={() => setOpen(!isOpen)}
      >
        {left}
        {!isOpen && <span className={styles["size"]}>{` ${size} ${right}`}</span>}
      </button>
      {isOpen && (
        <>
          {entries.map(([key, child], index) => (
            <Line key={key} name={isArray ? null : key} isLast={index === entries.length - 1}>
              <Value value={child} open={open - 1} />
            </Line>
          ))}
          <span className={styles["mark"]}>{right}</span>
        </>
      )}
    </>
  );
}

function Line(props: { name: string | null; isLast: boolean; children: ReactNode }) {
  return (
    <div className={styles["line"]}>
      {props.name !== null && (
        <>
          <span className={styles["key"]}>{JSON.stringify(props.name)}</span>
          <span className={styles["mark"]}>: </span>
        </>
      )}
      {props.children}
      {!props.isLast && <span className={styles["mark"]}>,</span>}
    </div>
  );
}
