import type { Permission } from "@flotilla/core";
import { Tabs } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { NotAllowed } from "../../components/not-allowed.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useMay, useMe } from "../../data/me.ts";
import { CredentialList } from "./credential-list.tsx";
import { KeyList } from "./key-list.tsx";
import { MemberList } from "./member-list.tsx";
import { OrganisationPanel } from "./organisation-panel.tsx";
import { ProfilePanel } from "./profile-panel.tsx";
import { RuleList } from "./rule-list.tsx";

const route = getRouteApi("/settings/$section");

interface Section {
  label: string;
  needs?: Permission;
  Panel: ComponentType;
}

const sections: Record<string, Section> = {
  profile: { label: "Profile", Panel: ProfilePanel },
  organisation: { label: "Organisation", needs: "organisation.read", Panel: OrganisationPanel },
  members: { label: "Members", needs: "members.read", Panel: MemberList },
  rules: { label: "Access rules", needs: "rules.read", Panel: RuleList },
  keys: { label: "API keys", needs: "keys.read", Panel: KeyList },
  credentials: { label: "Credentials", needs: "credentials.read", Panel: CredentialList },
};

/** Oneself, and the organisation and environment that the tab acts in. */
export function SettingsPage() {
  const { section } = route.useParams();
  const navigate = route.useNavigate();
  const may = useMay();
  const caller = useMe()?.caller;
  const name = section in sections ? section : "profile";
  const shown = Object.entries(sections).filter(([, { needs }]) => !needs || may(needs));
  const { needs, Panel } = sections[name] as Section;
  return (
    <>
      <PageHeader
        title="Settings"
        below={caller && `${caller.organisation}, environment ${caller.environment}`}
      />
      <Tabs
        value={name}
        onChange={(next) => next && void navigate({ params: { section: next }, replace: true })}
      >
        <Tabs.List mb="lg">
          {shown.map(([key, { label }]) => (
            <Tabs.Tab key={key} value={key}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={name}>
          {needs && !may(needs) ? <NotAllowed permission={needs} /> : <Panel />}
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
