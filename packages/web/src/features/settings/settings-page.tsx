import { Skeleton } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { Suspense } from "react";
import { environmentWords } from "../../app/environment-words.ts";
import { NotAllowed } from "../../components/not-allowed.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { useMay, useMe } from "../../data/me.ts";
import { useOrganisationName } from "../../data/organisation.ts";
import { SettingsMenu } from "./settings-menu.tsx";
import { sectionGroups, type SettingsSection } from "./settings-sections.ts";
import styles from "./settings-page.module.css";

const route = getRouteApi("/settings/$section");

const sections = sectionGroups.flatMap((group) => group.sections);
const first = sections[0] as SettingsSection;

/** Oneself, and the organisation and environment that the tab acts in. */
export function SettingsPage() {
  const { section } = route.useParams();
  const may = useMay();
  const caller = useMe()?.caller;
  const organisation = useOrganisationName();
  const { label, about, needs, Panel } = sections.find(({ name }) => name === section) ?? first;
  return (
    <>
      <PageHeader
        title="Settings"
        below={caller && `${organisation}, ${environmentWords[caller.environment]}`}
      />
      <div className={styles["page"]}>
        <div className={styles["menu"]}>
          <SettingsMenu />
        </div>
        <div className={styles["section"]}>
          <h2 className={styles["title"]}>{label}</h2>
          <p className={styles["about"]}>{about}</p>
          <Suspense
            fallback={<Skeleton height={160} role="status" aria-busy="true" aria-label="Loading" />}
          >
            {needs && !may(needs) ? <NotAllowed permission={needs} /> : <Panel />}
          </Suspense>
        </div>
      </div>
    </>
  );
}
