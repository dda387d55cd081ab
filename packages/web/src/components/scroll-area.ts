import { useLayoutEffect, useState, type RefObject } from "react";

/** The one element of the shell that scrolls. */
export const scrollAreaId = "main";

export function scrollArea(): HTMLElement | null {
  return document.getElementById(scrollAreaId);
}

/** Where an element begins inside the scroll area, in pixels; kept up to date. */
export function useScrollMargin(ref: RefObject<HTMLElement | null>): number {
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => {
    const area = scrollArea();
    const element = ref.current;
    if (!area || !element) return;
    const measure = () => {
      const top = element.getBoundingClientRect().top - area.getBoundingClientRect().top;
      setMargin(Math.round(top + area.scrollTop));
    };
    measure();
    // What stands above changes the height of the whole when it changes its own.
    const observer = new ResizeObserver(measure);
    if (area.firstElementChild) observer.observe(area.firstElementChild);
    return () => observer.disconnect();
  }, [ref]);
  return margin;
}
