import type { Me } from "@flotilla/api";
import { IconSelector } from "@tabler/icons-react";
import { useMe } from "../data/me.ts";
import { useOrganisationName } from "../data/organisation.ts";
import { environmentWords } from "./environment-words.ts";
import { Flyout } from "./flyout.tsx";
import { laterPart } from "./later-part.ts";
import styles from "./place-menu.module.css";

const PlacePanel = laterPart(async () => (await import("./place-panel.tsx")).PlacePanel);

/** Where the tab acts; other places are one choice away. */
export function PlaceMenu() {
  const me = useMe();
  return me && <PlaceOf me={me} />;
}

function PlaceOf({ me }: { me: Me }) {
  const { instance, environment } = me.caller;
  const name = useOrganisationName();
  return (
    <Flyout
      label="Organisation and environment"
      place="below"
      className={styles["place"]}
      face={
        <>
          <span className={styles["organisation"]}>{instance ? "All organisations" : name}</span>
          {!instance && (
            <span className={styles["environment"]} data-environment={environment}>
              {environmentWords[environment]}
            </span>
          )}
          <IconSelector size={14} aria-hidden />
        </>
      }
    >
      {() => <PlacePanel me={me} />}
    </Flyout>
  );
}
