import { Button, Modal, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Line, Section } from "../../components/section.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import { accountQuery } from "./account-queries.ts";
import { SecondFactorSetup } from "./second-factor-setup.tsx";
import { WithPassword } from "./with-password.tsx";
import { BackupCodes } from "./backup-codes.tsx";
import { auth } from "../../data/auth.ts";

type Doing = "set up" | "renew" | "end";

const titles = {
  "set up": "Set up a second factor",
  renew: "New backup codes",
  end: "Turn the second factor off",
};

/** A code of an authenticator app, asked for after the password. */
export function SecondFactorPanel({ isOn }: { isOn: boolean }) {
  const [doing, setDoing] = useState<Doing>();
  const [codes, setCodes] = useState<string[]>();
  const cache = useQueryClient();
  const close = () => {
    setDoing(undefined);
    setCodes(undefined);
    void cache.invalidateQueries({ queryKey: accountQuery.queryKey });
  };
  return (
    <Section title="Second factor">
      <Line>
        <StatusIcon status={isOn ? "completed" : "pending"} />
        <Text size="sm" flex={1}>
          {isOn
            ? "On: signing in asks for a code of your authenticator app."
            : "Off: whoever has your password can sign in."}
        </Text>
        {isOn ? (
          <>
            <Button size="compact-xs" variant="default" onClick={() => setDoing("renew")}>
              New backup codes
            </Button>
            <Button size="compact-xs" variant="default" onClick={() => setDoing("end")}>
              Turn off
            </Button>
          </>
        ) : (
          <Button size="compact-xs" variant="default" onClick={() => setDoing("set up")}>
            Set up
          </Button>
        )}
      </Line>
      <Modal opened={doing !== undefined} onClose={close} title={doing && titles[doing]}>
        {doing === "set up" && <SecondFactorSetup onDone={close} />}
        {doing === "renew" &&
          (codes ? (
            <BackupCodes codes={codes} onDone={close} />
          ) : (
            <WithPassword
              submit="Make new codes"
              act={auth.newBackupCodes}
              onDone={({ backupCodes }) => setCodes(backupCodes)}
            />
          ))}
        {doing === "end" && (
          <WithPassword submit="Turn it off" act={auth.endSecondFactor} onDone={close} />
        )}
      </Modal>
    </Section>
  );
}
