import { toFlotillaError } from "@flotilla/core";
import { useQuery } from "@tanstack/react-query";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { Suspense, useState } from "react";
import { scrollAreaId } from "../components/scroll-area.ts";
import { meQuery } from "../data/me.ts";
import { usePreferences } from "../data/preferences.ts";
import { ownTimeZone, TimeZone } from "../data/time-zone.ts";
import { useSession } from "../data/use-session.ts";
import { ConnectionBanner } from "./connection-banner.tsx";
import { laterPart, useLaterParts } from "./later-part.ts";
import { Navigation } from "./navigation.tsx";
import { TopBar } from "./top-bar.tsx";
import { useKeptColorScheme } from "./use-color-scheme.ts";
import { useKeptDensity } from "./use-density.ts";
import { useDrawer } from "./use-drawer.ts";
import { useShortcuts } from "./use-shortcuts.ts";
import styles from "./shell.module.css";

const NoEntry = laterPart(async () => (await import("./no-entry.tsx")).NoEntry);
const Palette = laterPart(async () => (await import("./palette/palette.tsx")).Palette);
const ShortcutList = laterPart(async () => (await import("./shortcut-list.tsx")).ShortcutList);

/** What stays on screen while pages change; there once it is known who looks at it. */
export function Shell() {
  const { data: me, error, refetch } = useQuery(meQuery);
  useSession();
  if (me) return <KnownShell />;
  // Whoever is not signed in is on the way to do that.
  const isRefused = error && toFlotillaError(error).code !== "unauthenticated";
  return isRefused ? (
    <Suspense>
      <NoEntry error={error} onRetry={() => void refetch()} />
    </Suspense>
  ) : null;
}

function KnownShell() {
  const [isHelpOpen, setHelpOpen] = useState(false);
  const [paletteAsked, setPaletteAsked] = useState(0);
  const [isDrawerOpen, setDrawerOpen] = useDrawer();
  const timeZone = usePreferences()?.timeZone ?? ownTimeZone;
  useKeptColorScheme();
  useKeptDensity();
  useLaterParts();
  const openPalette = () => {
    setDrawerOpen(false);
    setPaletteAsked((times) => times + 1);
  };
  const openHelp = () => setHelpOpen(true);
  useShortcuts({ openPalette, openHelp });
  return (
    <TimeZone value={timeZone}>
      <div className={styles["shell"]}>
        <button
          type="button"
          className={styles["skip"]}
          onClick={() => document.getElementById(scrollAreaId)?.focus()}
        >
          Skip to content
        </button>
        <TopBar
          isOpen={isDrawerOpen}
          onToggle={() => setDrawerOpen(!isDrawerOpen)}
          onPalette={openPalette}
        />
        <Navigation isOpen={isDrawerOpen} onPalette={openPalette} onHelp={openHelp} />
        <Content isBehind={isDrawerOpen} onFront={() => setDrawerOpen(false)} />
        <Suspense>
          {isHelpOpen && <ShortcutList opened onClose={() => setHelpOpen(false)} />}
          {paletteAsked > 0 && <Palette asked={paletteAsked} />}
        </Suspense>
      </div>
    </TimeZone>
  );
}

interface ContentProps {
  /** The navigation lies over it. */
  isBehind: boolean;
  onFront: () => void;
}

function Content({ isBehind, onFront }: ContentProps) {
  const isLoading = useRouterState({ select: (state) => state.isLoading });
  return (
    <>
      {isBehind && <div className={styles["veil"]} onClick={onFront} aria-hidden />}
      <div className={styles["content"]} inert={isBehind}>
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
    </>
  );
}
