import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export interface Certificate {
  cert: string;
  key: string;
}

/** A certificate of its own for this machine, or for another name, as PEM. */
export async function makeCertificate(names = "DNS:localhost,IP:127.0.0.1"): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), "flotilla-certificate-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  try {
    await promisify(execFile)("openssl", [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
      ...["-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=flotilla tests"],
      ...["-addext", `subjectAltName=${names}`],
    ]);
    return { cert: await readFile(cert, "utf8"), key: await readFile(key, "utf8") };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
