import { Button, Center, Code, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { QRCodeSVG } from "qrcode.react";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { auth, type SecondFactorSecret } from "../../data/auth.ts";
import { BackupCodes } from "./backup-codes.tsx";
import { WithPassword } from "./with-password.tsx";

/** The password, then the app learns the secret, then it proves that it did; the codes at last. */
export function SecondFactorSetup({ onDone }: { onDone: () => void }) {
  const [secret, setSecret] = useState<SecondFactorSecret>();
  const [code, setCode] = useState("");
  const verify = useMutation({ mutationFn: () => auth.verify("totp", code.replaceAll(/\s/g, "")) });
  if (!secret) {
    return <WithPassword submit="Go on" act={auth.setUpSecondFactor} onDone={setSecret} />;
  }
  if (verify.isSuccess) return <BackupCodes codes={secret.backupCodes} onDone={onDone} />;
  const typed = new URL(secret.totpURI).searchParams.get("secret") ?? "";
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        verify.mutate();
      }}
    >
      <Stack gap="md">
        <Text size="sm">Scan this with an authenticator app, or type the secret into it.</Text>
        <Center p="md" bg="#ffffff" style={{ borderRadius: 10, border: "1px solid var(--line)" }}>
          <QRCodeSVG value={secret.totpURI} size={176} title="QR code of the secret" />
        </Center>
        <Code block tabIndex={0} style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
          {typed}
        </Code>
        <TextInput
          label="Code that the app shows"
          inputMode="numeric"
          autoComplete="one-time-code"
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        {verify.error && <ErrorPanel error={verify.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={verify.isPending} disabled={code.trim() === ""}>
            Turn it on
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
