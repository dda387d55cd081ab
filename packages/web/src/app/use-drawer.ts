import { useRouterState } from "@tanstack/react-router";
import { useEffect, useState } from "react";

/** The navigation as a drawer: it closes by Escape, and where somebody goes to a page. */
export function useDrawer(): [isOpen: boolean, setOpen: (isOpen: boolean) => void] {
  const page = useRouterState({ select: ({ location }) => location.pathname });
  const [openOn, setOpenOn] = useState<string | null>(null);
  const isOpen = openOn === page;
  useEffect(() => {
    if (!isOpen) return;
    const close = (event: KeyboardEvent) => event.key === "Escape" && setOpenOn(null);
    document.addEventListener("keydown", close);
    return () => document.removeEventListener("keydown", close);
  }, [isOpen]);
  return [isOpen, (next) => setOpenOn(next ? page : null)];
}
