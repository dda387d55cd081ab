import { Tabs } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { NotAllowed } from "../../components/not-allowed.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useMay } from "../../data/me.ts";
import { FilePanel } from "./file-panel.tsx";
import { NewRuleButton } from "./new-rule-button.tsx";
import { RuleList } from "./rule-list.tsx";
import { TryPanel } from "./try-panel.tsx";
import { VersionList } from "./version-list.tsx";

const route = getRouteApi("/policies");

const views: Record<string, { label: string; Panel: ComponentType }> = {
  rules: { label: "Rules", Panel: RuleList },
  try: { label: "What would happen", Panel: TryPanel },
  versions: { label: "Versions", Panel: VersionList },
  file: { label: "File and examples", Panel: FilePanel },
};

/** Which calls of tools are made, asked about first, or not made. */
export function PolicyPage() {
  const { view = "rules" } = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  const { Panel } = views[view] ?? { Panel: RuleList };
  const open = (next: string | null) =>
    next && void navigate({ search: { view: next === "rules" ? undefined : (next as "try") } });
  return (
    <>
      <PageHeader
        title="Policies"
        below="Which calls of tools are made, asked about first, or not made."
        actions={view === "rules" && may("rules.write") && <NewRuleButton />}
      />
      {may("tools.read") ? (
        <Tabs value={view} onChange={open}>
          <Tabs.List mb="lg">
            {Object.entries(views).map(([key, { label }]) => (
              <Tabs.Tab key={key} value={key}>
                {label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value={view}>
            <Panel />
          </Tabs.Panel>
        </Tabs>
      ) : (
        <NotAllowed permission="tools.read" />
      )}
    </>
  );
}
