import { openFurnished, type Furnished } from "../../furnished/open-furnished.ts";
import type { Proof } from "../claim.ts";
import { shared } from "../shared.ts";

/** The platform that the claims of this suite look at together: they may add to it, and take nothing away. */
export function furnished({ scale }: Proof): Promise<Furnished> {
  const size =
    scale.name === "full" ? { invoices: 300, tickets: 1_500 } : { invoices: 40, tickets: 1_500 };
  return shared(
    "furnished",
    () => openFurnished(size),
    (one) => one.stop(),
  );
}
