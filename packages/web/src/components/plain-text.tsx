import styles from "./plain-text.module.css";

/** A text as it is, of a few screens at most. */
export function PlainText({ label, text }: { label: string; text: string }) {
  return (
    // Scrolls on its own, so the keyboard must be able to enter it.
    <pre className={styles["text"]} tabIndex={0} role="group" aria-label={label}>
      {text}
    </pre>
  );
}
