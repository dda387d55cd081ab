import { Server, type AddressInfo } from "node:net";

/**
 * Loaded into a process before its program: what it listens on is the loopback address only, and
 * the parent is told the port. For a gateway that listens on all addresses and has no setting for
 * it. The process ends with its parent.
 */
const listen = Server.prototype.listen as (this: Server, ...args: unknown[]) => Server;

Server.prototype.listen = function (this: Server, port: unknown, host: unknown, ...rest: unknown[]) {
  this.once("listening", () => {
    const { port: taken } = this.address() as AddressInfo;
    process.send?.({ port: taken });
  });
  return listen.call(this, port, host ?? "127.0.0.1", ...rest);
} as Server["listen"];

process.once("disconnect", () => process.exit());
