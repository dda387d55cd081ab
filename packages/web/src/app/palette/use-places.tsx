import { IconArrowRight, IconSettings } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useMay, useMe } from "../../data/me.ts";
import { sectionGroups } from "../../features/settings/settings-sections.ts";
import { placesFor } from "../places.ts";
import type { Entry, EntryGroup } from "./entry.ts";

/** Every page that the reader may see, and each part of the settings. */
export function usePlaces(): EntryGroup {
  const navigate = useNavigate();
  const may = useMay();
  const hasAccounts = useMe()?.signIn === "required";
  const pages = placesFor(may).flatMap(({ places }) =>
    places.map(({ to, label }): Entry => ({
      id: `go ${to}`,
      label: `Go to ${label}`,
      leftSection: <IconArrowRight size={15} stroke={1.7} />,
      onClick: () => void navigate({ to }),
    })),
  );
  const routes: Entry = {
    id: "go /models routes",
    label: "Go to Routes",
    keywords: "fallback failover try test breaker",
    leftSection: <IconArrowRight size={15} stroke={1.7} />,
    onClick: () => void navigate({ to: "/models", search: { view: "routes" } }),
  };
  const settings = sectionGroups
    .flatMap(({ sections }) => sections)
    .filter(({ needs, ofAccounts }) => (!needs || may(needs)) && (!ofAccounts || hasAccounts))
    .map(({ name, label, about }): Entry => ({
      id: `settings ${name}`,
      label: `Settings: ${label}`,
      keywords: about,
      leftSection: <IconSettings size={15} stroke={1.7} />,
      onClick: () => void navigate({ to: "/settings/$section", params: { section: name } }),
    }));
  return { group: "Go to", actions: [...pages, routes, ...settings] };
}
