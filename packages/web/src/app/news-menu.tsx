import { VisuallyHidden } from "@mantine/core";
import { IconBell } from "@tabler/icons-react";
import { useMay } from "../data/me.ts";
import { useFreshNews, useNews } from "../data/news.ts";
import { Flyout } from "./flyout.tsx";
import { laterPart } from "./later-part.ts";
import styles from "./news-menu.module.css";

const NewsPanel = laterPart(
  async () => (await import("../features/news/news-panel.tsx")).NewsPanel,
);

const most = 60;

/** What is new for the reader, a click away, and how much of it he has not seen. */
export function NewsMenu() {
  const may = useMay();
  const unseen = useNews().data?.unseen ?? 0;
  return (
    <>
      {may("status.read") && may("limits.read") && <Fresh />}
      <Flyout
        label="News"
        place="wide"
        className={styles["bell"]}
        face={
          <>
            <IconBell size={17} stroke={1.7} aria-hidden />
            <VisuallyHidden>News</VisuallyHidden>
            {unseen > 0 && (
              <span className={styles["count"]}>
                {unseen < most ? unseen : `${most}+`}
                <VisuallyHidden> new</VisuallyHidden>
              </span>
            )}
          </>
        }
      >
        {() => <NewsPanel />}
      </Flyout>
    </>
  );
}

/** Apart from the bell, so that figures which tell of nothing new draw nothing. */
function Fresh() {
  useFreshNews();
  return null;
}
