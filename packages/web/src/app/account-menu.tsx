import { IconSelector, IconUserCircle } from "@tabler/icons-react";
import { useMe } from "../data/me.ts";
import { Flyout } from "./flyout.tsx";
import { laterPart } from "./later-part.ts";
import styles from "./account-menu.module.css";

const AccountPanel = laterPart(async () => (await import("./account-panel.tsx")).AccountPanel);

/** Who I am, and what I like. */
export function AccountMenu({ onHelp }: { onHelp: () => void }) {
  const me = useMe();
  if (!me) return null;
  return (
    <Flyout
      label="Account"
      place="above"
      className={styles["account"]}
      face={
        <>
          <IconUserCircle size={18} stroke={1.6} aria-hidden />
          <span className={styles["name"]}>
            {me.signIn === "required" ? me.caller.name : "This machine"}
          </span>
          <IconSelector size={14} aria-hidden />
        </>
      }
    >
      {(panelId) => <AccountPanel me={me} panelId={panelId} onHelp={onHelp} />}
    </Flyout>
  );
}
