import type { MessageAddressObject } from "imapflow";
import { z } from "zod";

const most = 50;

/** Only the plain form: names and comments would be places to smuggle headers and other recipients into. */
const addressSchema = z.email("give an address such as ann@example.com, without a name").max(254);

export const addressesSchema = z.array(addressSchema).max(most);

/** As people read addresses: `Ann <ann@example.com>, bob@example.com`. */
export function addressesText(
  addresses: readonly Pick<MessageAddressObject, "name" | "address">[] = [],
): string {
  const shown = addresses
    .slice(0, most)
    .map(({ name, address = "" }) => (name ? `${name} <${address}>` : address));
  if (addresses.length > most) shown.push(`and ${addresses.length - most} more`);
  return shown.join(", ").slice(0, 8_000);
}
