import { z } from "zod";

/** The server that e-mail is sent through. */
export const smtpSchema = z.strictObject({
  host: z.string().min(1),
  port: z.coerce.number().int().min(1).max(65_535).default(587),
  /** TLS from the first byte, as on port 465; else STARTTLS where the server has it, and always with a password. */
  secure: z.stringbool().or(z.boolean()).optional(),
  user: z.string().min(1).optional(),
  password: z.string().min(1).optional(),
  /** Whom mail is from, as `Flotilla <flotilla@example.com>`. */
  from: z
    .string()
    .max(300)
    .regex(/^[^\r\n]*@[^\r\n]+$/, "give an address, as Flotilla <flotilla@example.com>"),
});
export type SmtpSettings = z.output<typeof smtpSchema>;
