import { Link } from "@tanstack/react-router";
import { useMay, useMe } from "../../data/me.ts";
import { offered, sectionGroups } from "./settings-sections.ts";
import styles from "./settings-menu.module.css";

/** The sections, by whom they concern; each has an address of its own. */
export function SettingsMenu() {
  const may = useMay();
  const hasAccount = useMe()?.caller.kind === "user";
  return (
    <nav aria-label="Settings" className={styles["menu"]}>
      {sectionGroups.map(({ label, sections }) => {
        const shown = offered(sections, may, hasAccount);
        if (shown.length === 0) return null;
        return (
          <div key={label} className={styles["group"]}>
            <h2 className={styles["title"]}>{label}</h2>
            <ul className={styles["list"]}>
              {shown.map(({ name, label: words }) => (
                <li key={name}>
                  <Link
                    to="/settings/$section"
                    params={{ section: name }}
                    search={{}}
                    activeOptions={{ includeSearch: false }}
                    className={styles["link"]}
                  >
                    {words}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}
