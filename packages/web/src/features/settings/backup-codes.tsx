import { SecretOnce } from "../../components/secret-once.tsx";

interface BackupCodesProps {
  codes: string[];
  onDone: () => void;
}

/** For the day on which the authenticator app is lost. */
export function BackupCodes({ codes, onDone }: BackupCodesProps) {
  return (
    <SecretOnce
      label="Each of these codes signs you in once without the app"
      secret={codes.join("\n")}
      onDone={onDone}
    />
  );
}
