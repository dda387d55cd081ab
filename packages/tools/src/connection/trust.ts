import { getCACertificates } from "node:tls";

/** TLS as connections speak it: whatever the environment says, a name is worth what its certificate says. */
export function trust(ca: string | undefined) {
  return {
    rejectUnauthorized: true,
    minVersion: "TLSv1.2" as const,
    ...(ca !== undefined && { ca: [...getCACertificates("default"), ca] }),
  };
}
