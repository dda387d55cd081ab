import { useEffect, useRef } from "react";

/** How near to the end counts as reading along, in pixels. */
const nearPx = 60;

/** Keeps an element scrolled to its end while text streams in, unless the reader scrolled up. */
export function useFollowEnd(isStreaming: boolean) {
  const element = useRef<HTMLElement>(null);
  const isFollowing = useRef(true);
  useEffect(() => {
    const box = element.current;
    if (!box || !isStreaming) return;
    const onScroll = () => {
      isFollowing.current = box.scrollHeight - box.scrollTop - box.clientHeight < nearPx;
    };
    const observer = new MutationObserver(() => {
      if (isFollowing.current) box.scrollTop = box.scrollHeight;
    });
    box.addEventListener("scroll", onScroll, { passive: true });
    observer.observe(box, { childList: true, subtree: true, characterData: true });
    return () => {
      box.removeEventListener("scroll", onScroll);
      observer.disconnect();
    };
  }, [isStreaming]);
  return element;
}
