import { lazy, Suspense } from "react";
import { isPlainText } from "./is-plain-text.ts";
import styles from "./markdown.module.css";

const Rendered = lazy(async () => ({
  default: (await import("./rendered-markdown.tsx")).RenderedMarkdown,
}));

interface MarkdownProps {
  text: string;
  /** More text is coming: unfinished marks are closed for the eye. */
  streaming?: boolean;
}

/** A model's text. Until its renderer has loaded, and for huge texts, it is shown as it is. */
export function Markdown({ text, streaming = false }: MarkdownProps) {
  const plain = <div className={styles["plain"]}>{text}</div>;
  if (isPlainText(text)) return <div className={styles["markdown"]}>{plain}</div>;
  return (
    <div className={styles["markdown"]}>
      {text.length > longestRendered ? (
        plain
      ) : (
        <Suspense fallback={plain}>
          <Rendered text={text} streaming={streaming} />
        </Suspense>
      )}
    </div>
  );
}

/** Parsing more than this on every frame would freeze the page. */
const longestRendered = 200_000;
