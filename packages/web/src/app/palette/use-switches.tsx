import { environments } from "@flotilla/core";
import { IconDeviceDesktop, IconMoon, IconServer2, IconSun } from "@tabler/icons-react";
import { useMe } from "../../data/me.ts";
import { enterScope, listPath } from "../../data/place.ts";
import { environmentWords } from "../environment-words.ts";
import { useColorScheme } from "../use-color-scheme.ts";
import type { Entry, EntryGroup } from "./entry.ts";

const schemes = [
  { value: "light", label: "Light", Icon: IconSun },
  { value: "dark", label: "Dark", Icon: IconMoon },
  { value: "auto", label: "As the system", Icon: IconDeviceDesktop },
] as const;

/** Other places to act in, and other colours. */
export function useSwitches(): EntryGroup {
  const caller = useMe()?.caller;
  const [scheme, setScheme] = useColorScheme();
  const here = caller?.instance ? undefined : caller?.environment;
  const others = environments
    .filter((environment) => caller && environment !== here)
    .map((environment): Entry => ({
      id: `environment ${environment}`,
      label: `Switch to ${environmentWords[environment]}`,
      keywords: `environment ${environment}`,
      leftSection: <IconServer2 size={15} stroke={1.7} />,
      onClick: () => enterScope({ org: caller?.organisation, env: environment }, listPath()),
    }));
  const colours = schemes
    .filter(({ value }) => value !== scheme)
    .map(({ value, label, Icon }): Entry => ({
      id: `colours ${value}`,
      label: `Colours: ${label}`,
      keywords: "theme appearance scheme light dark mode",
      leftSection: <Icon size={15} stroke={1.7} />,
      onClick: () => setScheme(value),
    }));
  return { group: "Switch", actions: [...others, ...colours] };
}
