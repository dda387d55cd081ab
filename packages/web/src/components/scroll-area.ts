import { useLayoutEffect, useState, type RefObject } from "react";

/** The one element of the shell that scrolls. */
export const scrollAreaId = "main";

export function scrollArea(): HTMLElement | null {
  return document.getElementById(scrollAreaId);
}

/** Where an element begins inside the scroll area, in pixels; kept up to date. */
export function useScrollMargin(ref: RefObject<HTMLElement | null>): number {
  const [margin, setMargin] = useState(0);
  // What is above may change its height with any render.
  useLayoutEffect(() => {
    const area = scrollArea();
    if (!area || !ref.current) return;
    const top = ref.current.getBoundingClientRect().top - area.getBoundingClientRect().top;
    setMargin(Math.round(top + area.scrollTop));
  });
  return margin;
}
