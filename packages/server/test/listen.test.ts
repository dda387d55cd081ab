import { request } from "node:http";
import { connect } from "node:net";
import { FlotillaError } from "@flotilla/core";
import { Hono } from "hono";
import { expect, test } from "vitest";
import type { ServerEnv } from "../src/app-parts.ts";
import { serveApp } from "../src/listen.ts";

const app = new Hono<ServerEnv>();
app.get("/", (c) => c.text("here"));
app.get("/never", () => new Promise<Response>(() => undefined));
app.get("/soon", async (c) => {
  await new Promise((resolve) => setTimeout(resolve, 200));
  return c.text("done");
});

const refusal = async (host: string, port = 0): Promise<FlotillaError> =>
  serveApp(app, { host, port }).then(
    () => {
      throw new Error("it listens");
    },
    (error: FlotillaError) => error,
  );

test.each(["127.0.0.1", "localhost", "::1"])("it listens on %s, on a free port", async (host) => {
  const server = await serveApp(app, { host, port: 0 });
  expect(new URL(server.url).port).toBe(String(server.port));
  expect(await (await fetch(server.url)).text()).toBe("here");
  await server.close(1_000);
});

test.each(["0.0.0.0", "::", "192.168.1.5", "example.com"])(
  "it refuses to listen on %s",
  async (host) => {
    const error = await refusal(host);
    expect(error.code).toBe("config_invalid");
    expect(error.message).toContain("without sign-in");
  },
);

test("a port that is taken is named", async () => {
  const server = await serveApp(app, { host: "127.0.0.1", port: 0 });
  const error = await refusal("127.0.0.1", server.port);
  expect(error).toBeInstanceOf(FlotillaError);
  expect(error.message).toContain(`Port ${server.port}`);
  await server.close(1_000);
});

test("closing lets requests under way finish, then cuts off those that do not", async () => {
  const server = await serveApp(app, { host: "127.0.0.1", port: 0 });
  const soon = fetch(`${server.url}/soon`).then((response) => response.text());
  const never = fetch(`${server.url}/never`).then(
    () => "answered",
    () => "cut off",
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  const began = performance.now();
  await server.close(500);
  expect(performance.now() - began).toBeLessThan(1_500);
  expect(await soon).toBe("done");
  expect(await never).toBe("cut off");
  await expect(fetch(server.url)).rejects.toThrow("fetch failed");
});

test("a request that cannot be read is answered, not dropped", async () => {
  const server = await serveApp(app, { host: "127.0.0.1", port: 0 });
  const status = await new Promise<number | undefined>((resolve, reject) => {
    request({ port: server.port, headers: { host: "a b" } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    })
      .on("error", reject)
      .end();
  });
  expect(status).toBe(400);
  await server.close(1_000);
});

test("idle connections do not hold up closing", async () => {
  const server = await serveApp(app, { host: "127.0.0.1", port: 0 });
  const socket = connect(server.port, "127.0.0.1");
  await new Promise((resolve) => socket.once("connect", resolve));
  socket.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
  await new Promise((resolve) => socket.once("data", resolve));
  const began = performance.now();
  await server.close(5_000);
  expect(performance.now() - began).toBeLessThan(1_000);
  socket.destroy();
});
