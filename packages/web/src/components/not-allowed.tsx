import type { Permission } from "@flotilla/core";
import { Empty } from "./empty.tsx";

/** In the place of what its reader may not do here. */
export function NotAllowed({ permission }: { permission: Permission }) {
  return (
    <Empty title="Your role does not include this">
      It needs the permission {permission}. An owner or admin of the organisation can give you a
      role that has it, or make an access rule for it.
    </Empty>
  );
}
