import { Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { client } from "../data/client.ts";
import { useConnected } from "../data/connection.ts";
import styles from "./connection-banner.module.css";

/** Says that the server does not answer, and keeps asking until it does. */
export function ConnectionBanner() {
  const connected = useConnected();
  useQuery({
    queryKey: ["connection"],
    queryFn: () => client.status(),
    enabled: !connected,
    retry: false,
    refetchInterval: 1_000,
  });
  return (
    <div role="status">
      {!connected && (
        <div className={styles["banner"]} data-tone="waiting">
          <Loader size={12} color="currentColor" />
          <span>
            The connection to Flotilla is lost. Runs go on without this page; it catches up by
            itself. If the platform is down, start it with <code>flotilla up</code>.
          </span>
        </div>
      )}
    </div>
  );
}
