import { Server } from "node:net";

/*
 * Loaded into a process of the conformance suite: its servers, which take any free port, take those of `CONFORMANCE_PORTS` in their
 * order, so that the platform may be told beforehand which services it may reach.
 */
const ports = (process.env["CONFORMANCE_PORTS"] ?? "").split(",").map(Number);
const { listen } = Server.prototype;

Server.prototype.listen = function listenWhereAllowed(this: Server, ...args: unknown[]) {
  const taken = args[0] === 0 ? ports.shift() : undefined;
  return Reflect.apply(listen, this, taken === undefined ? args : [taken, ...args.slice(1)]);
} as typeof listen;
