import { toFlotillaError } from "@flotilla/core";
import { useQuery } from "@tanstack/react-query";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { scrollAreaId } from "../components/scroll-area.ts";
import { meQuery } from "../data/me.ts";
import { useSession } from "../data/use-session.ts";
import { ConnectionBanner } from "./connection-banner.tsx";
import { Navigation } from "./navigation.tsx";
import { NoEntry } from "./no-entry.tsx";
import { ShortcutList } from "./shortcut-list.tsx";
import { useShortcuts } from "./use-shortcuts.ts";
import styles from "./shell.module.css";

const Palette = lazy(async () => ({ default: (await import("./palette.tsx")).Palette }));

/** What stays on screen while pages change; there once it is known who looks at it. */
export function Shell() {
  const { data: me, error, refetch } = useQuery(meQuery);
  useSession();
  if (me) return <KnownShell />;
  // Whoever is not signed in is on the way to do that.
  const isRefused = error && toFlotillaError(error).code !== "unauthenticated";
  return isRefused ? <NoEntry error={error} onRetry={() => void refetch()} /> : null;
}

function KnownShell() {
  const [isHelpOpen, setHelpOpen] = useState(false);
  const [paletteAsked, setPaletteAsked] = useState(0);
  const isLoading = useRouterState({ select: (state) => state.isLoading });
  const openPalette = () => setPaletteAsked((times) => times + 1);
  useShortcuts({ openPalette, openHelp: () => setHelpOpen(true) });
  return (
    <div className={styles["shell"]}>
      <button
        type="button"
        className={styles["skip"]}
        onClick={() => document.getElementById(scrollAreaId)?.focus()}
      >
        Skip to content
      </button>
      <Navigation onPalette={openPalette} onHelp={() => setHelpOpen(true)} />
      <div className={styles["content"]}>
        <ConnectionBanner />
        <div className={styles["progress"]} data-loading={isLoading} aria-hidden />
        <main
          id={scrollAreaId}
          data-scroll-restoration-id={scrollAreaId}
          className={styles["main"]}
          tabIndex={-1}
        >
          <div>
            <Outlet />
          </div>
        </main>
      </div>
      <ShortcutList opened={isHelpOpen} onClose={() => setHelpOpen(false)} />
      {paletteAsked > 0 && (
        <Suspense>
          <Palette asked={paletteAsked} />
        </Suspense>
      )}
    </div>
  );
}
