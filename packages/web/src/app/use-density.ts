import { useEffect } from "react";
import { usePreferences } from "../data/preferences.ts";

/** Lists of all kinds stand as close together as the reader likes; `app.css` says how close that is. */
export function useKeptDensity(): void {
  const density = usePreferences()?.density;
  useEffect(() => {
    if (density) document.documentElement.dataset["density"] = density;
  }, [density]);
}
