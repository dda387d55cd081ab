import { routesSchema, type RouteSpecInput } from "@flotilla/core";
import { expect, test } from "vitest";
import { openModels } from "../models.ts";
import { checkRoutes } from "./check-routes.ts";

const models = openModels(
  { providers: { simulated: { kind: "simulated" }, openai: { kind: "openai" } } },
  {},
);
const check = (routes: Record<string, RouteSpecInput>) => () =>
  checkRoutes(routesSchema.parse(routes), (model) => models.check(model));

test("routes that work pass, also without their keys", () => {
  expect(
    check({
      a: { targets: ["openai/gpt-5-mini", { model: "route/b", weight: 2 }] },
      b: { targets: ["simulated/demo"] },
    }),
  ).not.toThrow();
});

test.each<[string, Record<string, RouteSpecInput>, RegExp]>([
  ["leads to itself", { a: { targets: ["route/a"] } }, /"a" .*itself: a → a/],
  [
    "leads back over others and classes",
    {
      a: { targets: ["simulated/demo", "route/b"] },
      b: {
        strategy: "by_class",
        targets: ["simulated/demo"],
        classes: { x: { targets: ["route/c"] } },
      },
      c: { targets: ["route/a"] },
    },
    /a → b → c → a/,
  ],
  [
    "names no route",
    { a: { targets: ["route/bb"] }, b: { targets: ["simulated/demo"] } },
    /no route "bb"/,
  ],
  ["names no provider", { a: { targets: ["nobody/x"] } }, /No provider "nobody"/],
  ["names no model", { a: { targets: ["simulated/demoo"] } }, /no model simulated\/demoo/],
  [
    "has no classes",
    { a: { strategy: "by_class", targets: ["simulated/demo"] } },
    /give it classes/,
  ],
  [
    "has classes it does not use",
    { a: { targets: ["simulated/demo"], classes: { x: { targets: ["simulated/demo"] } } } },
    /must then be by_class/,
  ],
  [
    "splits nothing",
    { a: { strategy: "weighted", targets: [{ model: "simulated/demo", weight: 0 }] } },
    /every weight is 0/,
  ],
  [
    "asks a route for the class",
    {
      a: {
        strategy: "by_class",
        targets: ["simulated/demo"],
        classes: { x: { targets: ["simulated/demo"] } },
        classifier: { model: "route/a" },
      },
    },
    /is a route; name a model/,
  ],
  [
    "asks nobody for the class",
    {
      a: {
        strategy: "by_class",
        targets: ["simulated/demo"],
        classes: { x: { targets: ["simulated/demo"] } },
        classifier: { model: "nobody/x" },
      },
    },
    /"a" .*classifier: No provider "nobody"/,
  ],
  [
    "has nobody judge its answers",
    {
      a: {
        targets: ["simulated/demo"],
        confidence: { minimum: 0.5, scorer: { kind: "model", model: "simulated/demoo" } },
      },
    },
    /"a" .*scorer: .*no model simulated\/demoo/,
  ],
])("a route that %s is refused", (_what, routes, message) => {
  expect(check(routes)).toThrow(message);
});

test("a wrong expression and a wrong target are named", () => {
  const wrong = {
    a: { targets: ["demo"], classes: { x: { match: [{ regex: "(" }], targets: ["p/m"] } } },
  };
  const { error } = routesSchema.safeParse(wrong);
  expect(error?.issues.map(({ path }) => path.join("."))).toEqual([
    "a.targets.0.model",
    "a.classes.x.match.0.regex",
  ]);
});
