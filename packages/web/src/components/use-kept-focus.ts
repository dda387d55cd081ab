import { useEffect, useEffectEvent, type RefObject } from "react";

/**
 * Keeps the focus within an element: when what had it is taken away or switched off, what `fallback` gives has
 * it. Whoever works by keyboard never has to begin at the top of the page again.
 */
export function useKeptFocus(
  box: RefObject<HTMLElement | null>,
  fallback: () => HTMLElement | null | undefined,
): void {
  const giveTo = useEffectEvent(() => fallback()?.focus());
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let last: Element | null = null;
    const onFocus = ({ target }: FocusEvent) => {
      last = target instanceof Element ? target : null;
    };
    const onBlur = ({ relatedTarget }: FocusEvent) => {
      // It went somewhere else by itself.
      if (relatedTarget) last = null;
    };
    const observer = new MutationObserver(() => {
      const isLost = document.activeElement === document.body || document.activeElement === last;
      if (!last || !isLost || (last.isConnected && !last.matches(":disabled"))) return;
      last = null;
      giveTo();
    });
    element.addEventListener("focusin", onFocus);
    element.addEventListener("focusout", onBlur);
    observer.observe(element, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ["disabled"],
    });
    return () => {
      element.removeEventListener("focusin", onFocus);
      element.removeEventListener("focusout", onBlur);
      observer.disconnect();
    };
  }, [box]);
}
