import type { VaultRewrapped, VaultState } from "@flotilla/api";
import { defineCommand } from "citty";
import { connect, globalArgs } from "../connection.ts";
import { exitCodes } from "../exit.ts";
import { counted } from "../render/number.ts";
import { table, type Column } from "../render/table.ts";

const columns: Column<VaultState["keys"][number]>[] = [
  { title: "KEY", value: (one) => one.keyId },
  { title: "WRAPS", align: "right", value: (one) => counted(one.versions, "secret") },
  { title: "", value: (one) => (one.isCurrent ? "current" : "old") },
];

const show = defineCommand({
  meta: { name: "show", description: "The keys of the vault, and what each wraps" },
  args: globalArgs,
  async run({ args }) {
    const { client, terminal } = connect(args);
    const vault = await client.vault.get();
    if (terminal.json) terminal.document(vault);
    else if (vault.keys.length === 0) terminal.note("The vault has no key.");
    else terminal.print(table(vault.keys, columns, terminal));
  },
});

const rotate = defineCommand({
  meta: {
    name: "rotate",
    description: "Wrap all data keys with the current key; may be stopped and begun again",
  },
  args: globalArgs,
  async run({ args }) {
    const { client, terminal } = connect(args);
    let [rewrapped, failed] = [0, 0];
    let after: VaultRewrapped["next"] = null;
    do {
      const chunk: VaultRewrapped = await client.vault.rewrap(after ? { after } : {});
      rewrapped += chunk.rewrapped;
      failed += chunk.failed;
      after = chunk.next;
    } while (after);
    if (terminal.json) terminal.document({ rewrapped, failed });
    else terminal.print(`${counted(rewrapped, "data key")} wrapped with the current key.`);
    if (failed === 0) return exitCodes.ok;
    terminal.note(`${counted(failed, "data key")} could not be opened; the server's log says why.`);
    return exitCodes.error;
  },
});

export const vault = defineCommand({
  meta: { name: "vault", description: "The keys that credentials are kept under" },
  default: "show",
  subCommands: { show, rotate },
});
