import type { Agent } from "@flotilla/core";

/** Where an agent takes messages of others, below the address that people open. */
function a2aPath(name: string): string {
  return `/a2a/${name}`;
}

/**
 * What others are told of a published agent: its name, description and address, and how to come in. Nothing of its
 * instructions, model or tools.
 *
 * @param base the address that people open, without a slash at its end
 * @param needsSignIn whether a caller has to be known
 */
export function agentCard(
  { name, version, spec }: Pick<Agent, "name" | "version" | "spec">,
  base: string,
  needsSignIn: boolean,
): object {
  const description = spec.description || `The agent ${name}.`;
  const url = base + a2aPath(name);
  const output = spec.output ? ["application/json", "text/plain"] : ["text/plain"];
  const binding = { url, protocolBinding: "JSONRPC" };
  return {
    name,
    description,
    version: String(version),
    supportedInterfaces: [
      { ...binding, protocolVersion: "1.0" },
      { ...binding, protocolVersion: "0.3" },
    ],
    // As revision 0.3 of the protocol writes it.
    url,
    preferredTransport: "JSONRPC",
    protocolVersion: "0.3.0",
    capabilities: { streaming: true, pushNotifications: false },
    defaultInputModes: ["text/plain", "application/json"],
    defaultOutputModes: output,
    skills: [{ id: name, name, description, tags: ["agent"] }],
    ...(needsSignIn && {
      securitySchemes: { bearer: { httpAuthSecurityScheme: { scheme: "bearer" } } },
      securityRequirements: [{ schemes: { bearer: { list: [] } } }],
    }),
  };
}
