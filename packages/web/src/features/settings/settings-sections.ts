import type { Permission } from "@flotilla/core";
import { lazy, type ComponentType } from "react";

export interface SettingsSection {
  /** In its address. */
  name: string;
  label: string;
  /** What is set there, in a sentence. */
  about: string;
  /** Without it the section is not offered. */
  needs?: Permission;
  /** Only where people sign in. */
  ofAccounts?: true;
  Panel: ComponentType;
}

interface SectionGroup {
  label: string;
  sections: SettingsSection[];
}

const account: SettingsSection[] = [
  {
    name: "profile",
    label: "Profile",
    about: "Who you are here.",
    Panel: lazy(async () => ({ default: (await import("./profile-panel.tsx")).ProfilePanel })),
  },
  {
    name: "appearance",
    label: "Appearance",
    about: "Colours, times and the first page: kept for every browser you use.",
    Panel: lazy(async () => ({
      default: (await import("./preferences-panel.tsx")).PreferencesPanel,
    })),
  },
  {
    name: "security",
    label: "Password and second factor",
    about: "How you prove that it is you.",
    ofAccounts: true,
    Panel: lazy(async () => ({ default: (await import("./security-panel.tsx")).SecurityPanel })),
  },
  {
    name: "sessions",
    label: "Sessions",
    about: "Where you are signed in. End any session you do not recognise.",
    ofAccounts: true,
    Panel: lazy(async () => ({ default: (await import("./session-list.tsx")).SessionList })),
  },
];

const organisation: SettingsSection[] = [
  {
    name: "organisation",
    label: "Organisations",
    about: "Agents, runs, budgets and keys are of one organisation; nobody else sees them.",
    needs: "organisation.read",
    Panel: lazy(async () => ({
      default: (await import("./organisation-panel.tsx")).OrganisationPanel,
    })),
  },
  {
    name: "environments",
    label: "Environments",
    about: "What is made and run in one is not seen in the others.",
    needs: "organisation.read",
    Panel: lazy(async () => ({
      default: (await import("./environment-list.tsx")).EnvironmentList,
    })),
  },
  {
    name: "members",
    label: "Members",
    about: "Who belongs to this organisation, and who is invited.",
    needs: "members.read",
    Panel: lazy(async () => ({ default: (await import("./member-list.tsx")).MemberList })),
  },
  {
    name: "roles",
    label: "Roles",
    about: "What each role may. Access rules make the exceptions.",
    needs: "members.read",
    Panel: lazy(async () => ({ default: (await import("./role-table.tsx")).RoleTable })),
  },
  {
    name: "rules",
    label: "Access rules",
    about: "Exceptions from what the roles may, for a person, a role or a key.",
    needs: "rules.read",
    Panel: lazy(async () => ({ default: (await import("./rule-list.tsx")).RuleList })),
  },
  {
    name: "keys",
    label: "API keys",
    about: "What programs sign in with, in this environment.",
    needs: "keys.read",
    Panel: lazy(async () => ({ default: (await import("./key-list.tsx")).KeyList })),
  },
];

const connected: SettingsSection[] = [
  {
    name: "providers",
    label: "Model providers",
    about: "Which providers are called, and with whose key.",
    needs: "models.read",
    Panel: lazy(async () => ({
      default: (await import("../provider/provider-list.tsx")).ProviderList,
    })),
  },
  {
    name: "credentials",
    label: "Credentials",
    about: "Secrets that tools and models use without having them.",
    needs: "credentials.read",
    Panel: lazy(async () => ({
      default: (await import("./credential-list.tsx")).CredentialList,
    })),
  },
  {
    name: "connections",
    label: "Connections",
    about: "Mailboxes, calendars, databases and search services that tools may use.",
    needs: "connections.read",
    Panel: lazy(async () => ({
      default: (await import("../connection/connection-list.tsx")).ConnectionList,
    })),
  },
  {
    name: "notifications",
    label: "Notifications",
    about: "Who is told, and how, when something waits for a person.",
    needs: "notifications.read",
    Panel: lazy(async () => ({
      default: (await import("../notification/channel-list.tsx")).ChannelList,
    })),
  },
  {
    name: "triggers",
    label: "Triggers",
    about: "Webhooks and ends of runs that start other runs and batches.",
    needs: "triggers.read",
    Panel: lazy(async () => ({
      default: (await import("../trigger/trigger-list.tsx")).TriggerList,
    })),
  },
];

/** Everything that is set somewhere, by whom it concerns. */
export const sectionGroups: readonly SectionGroup[] = [
  { label: "You", sections: account },
  { label: "Organisation", sections: organisation },
  { label: "What it works with", sections: connected },
];

/** Those of a group that are offered to somebody. */
export function offered(
  sections: readonly SettingsSection[],
  may: (permission: Permission) => boolean,
  hasAccount: boolean,
): SettingsSection[] {
  return sections.filter(
    ({ needs, ofAccounts }) => (!needs || may(needs)) && (!ofAccounts || hasAccount),
  );
}
