import type { Role } from "@flotilla/core";

/** What each role is for, in a sentence. */
export const roleWords: Record<Role, string> = {
  owner: "Owners may everything, and make other organisations.",
  admin: "Admins may everything within the organisation.",
  builder: "Builders make agents and run them; what those ask for, others approve.",
  operator: "Operators run agents and batches, answer what waits, and look after the platform.",
  approver: "Approvers see everything of the work, and answer what waits for a person.",
  viewer: "Viewers see the work, and change nothing.",
};
