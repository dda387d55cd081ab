import { useEffect, useRef } from "react";

/** For the field of a form that somebody has just asked for: it has the focus at first. */
export function useFocus<T extends HTMLElement>() {
  const element = useRef<T>(null);
  useEffect(() => element.current?.focus(), []);
  return element;
}
