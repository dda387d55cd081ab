import { useNotifications } from "@mantine/notifications";
import { Suspense, useState } from "react";
import { laterPart } from "./later-part.ts";

const NoticeList = laterPart(async () => (await import("./notice-list.tsx")).NoticeList);

/** What happened, said at the edge of the page for a while; there once there is something to say. */
export function Notices() {
  const { notifications, queue } = useNotifications();
  const [isAsked, setAsked] = useState(false);
  if (!isAsked && notifications.length + queue.length > 0) setAsked(true);
  if (!isAsked) return null;
  return (
    <Suspense>
      <NoticeList />
    </Suspense>
  );
}
