import { describe, expect, test } from "vitest";
import { flotilla } from "./platform.ts";

const nowhere = { env: { FLOTILLA_URL: "http://127.0.0.1:9" } };

describe("the command without a server", () => {
  test("shows its help and exits 0", async () => {
    const { code, stdout, stderr } = await flotilla(["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("USAGE flotilla up|worker|agent|run|");
    expect((await flotilla(["help", "batch", "run"])).stdout).toContain("--template=<text|@file>");
  });

  test("is 64 for a wrong command line, with the way to the help", async () => {
    const wrong = await flotilla(["runs", "list", "--statsu", "failed"]);
    expect(wrong).toEqual({
      code: 64,
      stdout: "",
      stderr: "Error: There is no option --statsu.\nSee `flotilla runs list --help`.\n",
    });
    expect(await flotilla(["runs", "list", "--status", "done"])).toMatchObject({
      code: 64,
      stderr: expect.stringMatching(/Expected one of: pending, running/),
    });
    expect(await flotilla(["agent", "list", "--environment", "stage"])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('--environment takes dev, staging, prod; not "stage".'),
    });
    expect(await flotilla(["runs"])).toMatchObject({ code: 64, stdout: "" });
    expect(await flotilla(["batch", "run", "math"])).toMatchObject({ code: 64 });
  });

  test("is 64 for metadata that is none", async () => {
    expect(await flotilla(["run", "math", "hi", "--metadata", "acme"])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('takes key=value, as customer=acme; not "acme".'),
    });
  });

  test("is 69 when nobody answers, and says how to start the platform", async () => {
    const { code, stdout, stderr } = await flotilla(["runs", "list"], nowhere);
    expect({ code, stdout }).toEqual({ code: 69, stdout: "" });
    expect(stderr).toBe(
      "Error: No answer from http://127.0.0.1:9.\n" +
        "Start the platform with `flotilla up`, or name its address with --url.\n",
    );
  });

  test("tells errors as JSON on stderr with --json", async () => {
    const { code, stdout, stderr } = await flotilla(["status", "--json"], nowhere);
    expect({ code, stdout }).toEqual({ code: 69, stdout: "" });
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: "unavailable" } });
  });

  test("shows a stack only when asked to", async () => {
    const quiet = await flotilla(["status"], nowhere);
    expect(quiet.stderr).not.toContain("    at ");
    const loud = await flotilla(["status"], { env: { ...nowhere.env, FLOTILLA_DEBUG: "1" } });
    expect(loud.stderr).toContain("    at ");
  });

  test("doctor finds the missing server and exits 1", async () => {
    const { code, stdout } = await flotilla(["doctor", "--json"], nowhere);
    expect(code).toBe(1);
    const report = JSON.parse(stdout) as {
      ok: boolean;
      checks: { name: string; outcome: string }[];
    };
    expect(report.ok).toBe(false);
    expect(report.checks.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      "node ok",
      "home ok",
      "disk ok",
      "server problem",
    ]);
  });

  test("checks agent files without a server", async () => {
    const good = await flotilla(["agent", "apply", "-f", "-", "--check"], {
      ...nowhere,
      input: "name: math\nmodel: simulated/demo\n",
    });
    expect(good).toEqual({ code: 0, stdout: "1 agent in order.\n", stderr: "" });
    const bad = await flotilla(["agent", "apply", "-f", "-"], {
      ...nowhere,
      input: "name: math\nmodel: demo\ntool: x\n",
    });
    expect(bad.code).toBe(1);
    expect(bad.stderr).toContain("2 problems; nothing was applied.");
    expect(bad.stderr).toContain("stdin:2:8: model: name a model as provider/model");
    expect(bad.stderr).toContain("stdin:3:7: tool: there is no such setting");
  });

  test("simulate prints its URL and ends well with Ctrl-C", async () => {
    const { code, stdout } = await flotilla(["simulate", "--json"], {
      interrupt: { after: /url/, signal: "SIGINT" },
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+/),
    });
  });
});
