import type {
  ArgCondition,
  Environment,
  Json,
  Role,
  ToolConditions,
  ToolEffect,
} from "@flotilla/core";

/** Rules about a call of the tool `act`, and what is to become of it. */
export interface PolicyCase {
  name: string;
  rules: { effect: ToolEffect; tool?: string; environment?: Environment; when?: ToolConditions }[];
  input: Json;
  expect: ToolEffect;
  /** Of whose key the run is started by. Default: owner. */
  role?: Role;
  environment?: Environment;
  /** Of what the run is told. */
  labels?: string[];
}

const when = (...args: ArgCondition[]): ToolConditions => ({ args });

/** A table of inputs under the same rules. */
function table(
  group: string,
  rules: PolicyCase["rules"],
  rows: readonly (readonly [Json, ToolEffect])[],
  more: Partial<PolicyCase> = {},
): PolicyCase[] {
  return rows.map(([input, expect]) => ({
    name: `${group} ${JSON.stringify(input)}`,
    ...{ rules, input, expect, ...more },
  }));
}

const hosts = table(
  "host of",
  [
    { effect: "deny" },
    {
      effect: "allow",
      when: when({ path: "$.url", hostIn: ["api.example.com", "*.svc.example.com"] }),
    },
  ],
  [
    [{ url: "https://api.example.com/x" }, "allow"],
    [{ url: "HTTPS://API.EXAMPLE.COM./" }, "allow"],
    [{ url: "https://api.example.com:8443/" }, "allow"],
    [{ url: "https://me:word@api.example.com/" }, "allow"],
    [{ url: "https://api。example。com/" }, "allow"],
    [{ url: "https://a.b.svc.example.com/" }, "allow"],
    [{ url: "https://svc.example.com/" }, "deny"],
    [{ url: "https://api.example.com@evil.test/" }, "deny"],
    [{ url: "https://api.example.com:443@evil.test/" }, "deny"],
    [{ url: "https://api.example.com\\@evil.test/" }, "deny"],
    [{ url: "https://evil.test/?u=https://api.example.com" }, "deny"],
    [{ url: "https://evil.test#@api.example.com" }, "deny"],
    [{ url: "https://api.example.com。evil.test/" }, "deny"],
    [{ url: "https://api.example.com.evil.test/" }, "deny"],
    [{ url: "https://аpi.example.com/" }, "deny"],
    [{ url: "https://api.example%2ecom/" }, "deny"],
    [{ url: "https://api.exa\tmple.com/" }, "deny"],
    [{ url: "https:///api.example.com/" }, "deny"],
    [{ url: "api.example.com" }, "deny"],
    [{ url: ["https://api.example.com/"] }, "deny"],
    [{ url: 5 }, "deny"],
    [{ URL: "https://api.example.com/" }, "deny"],
    [{}, "deny"],
  ],
);

const recipients = table(
  "recipients",
  [
    { effect: "allow" },
    { effect: "ask", when: when({ path: "$.to[*]", not: { hostIn: ["example.com"] } }) },
  ],
  [
    [{ to: ["ann@example.com", "Bob <bob@EXAMPLE.com>"] }, "allow"],
    [{ to: ["ann@example.com", "eve@evil.test"] }, "ask"],
    [{ to: ["ann@example.com, eve@evil.test"] }, "ask"],
    [{ to: ['"x@evil.test"@example.com'] }, "ask"],
    [{ to: ["eve%evil.test@example.com"] }, "ask"],
    [{ to: [["ann@example.com"]] }, "ask"],
    [{ to: "ann@example.com" }, "ask"],
    [{ to: ["ann@example.com.evil.test"] }, "ask"],
    [{ to: ["ann@exam\u200bple.com"] }, "ask"],
  ],
);

const paths = table(
  "path",
  [{ effect: "deny" }, { effect: "allow", when: when({ path: "$.path", under: "out" }) }],
  [
    [{ path: "out/report.md" }, "allow"],
    [{ path: "./out//x/../a" }, "allow"],
    [{ path: "out/../secret" }, "deny"],
    [{ path: "../out/a" }, "deny"],
    [{ path: "/out/a" }, "deny"],
    [{ path: "outside/a" }, "deny"],
    [{ path: "out\\..\\secret" }, "deny"],
    [{ path: "out/%2e%2e/secret" }, "deny"],
    [{ path: "out/․․/secret" }, "deny"],
    [{ path: "out／..／secret" }, "deny"],
  ],
);

const amounts = table(
  "amount",
  [
    { effect: "allow" },
    { effect: "ask", when: when({ path: "$.amount", greaterThan: 100 }) },
    { effect: "deny", when: when({ path: "$.amount", exists: false }) },
  ],
  [
    [{ amount: 100 }, "allow"],
    [{ amount: 100.01 }, "ask"],
    [{ amount: -5 }, "allow"],
    [{ amount: "99" }, "ask"],
    [{ amount: "1e9" }, "ask"],
    [{ amount: [5] }, "ask"],
    [{ amount: null }, "ask"],
    [{ Amount: 5 }, "deny"],
  ],
);

const nested = table(
  "nested",
  [
    { effect: "allow" },
    { effect: "deny", when: when({ path: "$..sku", in: ["bomb", "knife"] }) },
    { effect: "ask", when: when({ path: "$.text", matches: "(?i).*(pass|secret)word.*" }) },
  ],
  [
    [{ order: { lines: [{ sku: "book" }, { sku: "pen" }] } }, "allow"],
    [{ order: { lines: [{ sku: "book" }, { sku: "bomb" }] } }, "deny"],
    [{ a: [[[{ b: { sku: "knife" } }]]] }, "deny"],
    [{ lines: [{ sku: ["bomb"] }] }, "deny"],
    [{ lines: [{ sku: 7 }] }, "deny"],
    [{ skus: ["bomb"] }, "allow"],
    [{ text: "my\nPassWord\nis" }, "ask"],
    [{ text: "nothing of that kind" }, "allow"],
    [{ text: { password: "x" } }, "ask"],
  ],
);

const roleRules: PolicyCase["rules"] = [
  { effect: "allow" },
  { effect: "deny", when: { roles: ["operator"], ...when({ path: "$.kind", equals: "refund" }) } },
  { effect: "ask", when: { roles: ["builder", "operator"] } },
];
const refund: Json = { kind: "refund" };
const people = [
  ...table(
    "as operator",
    roleRules,
    [
      [refund, "deny"],
      [{ kind: "note" }, "ask"],
    ],
    { role: "operator" },
  ),
  ...table("as builder", roleRules, [[refund, "ask"]], { role: "builder" }),
  ...table("as owner", roleRules, [[refund, "allow"]], { role: "owner" }),
];

const places: PolicyCase["rules"] = [
  { effect: "deny", environment: "prod" },
  { effect: "ask", environment: "staging" },
  { effect: "allow" },
];
const environments = (["prod", "staging", "dev"] as const).flatMap((environment, at) =>
  table(`in ${environment}`, places, [[{}, (["deny", "ask", "allow"] as const)[at] ?? "deny"]], {
    environment,
  }),
);

/** What a run has read decides where no rule does; rules about labels decide before that. */
const labels = [
  ...table("read nothing", [], [[{}, "allow"]]),
  ...table("read the web", [], [[{}, "ask"]], { labels: ["web"] }),
  ...table("read own words", [], [[{}, "allow"]], { labels: ["trusted.source"] }),
  ...table(
    "denied the web",
    [{ effect: "deny", when: { labels: { any: ["web", "mail"] } } }],
    [[{}, "deny"]],
    {
      labels: ["web"],
    },
  ),
  ...table(
    "allowed the web",
    [{ effect: "allow", when: { labels: { all: ["web"], none: ["private"] } } }],
    [[{}, "allow"]],
    {
      labels: ["web"],
    },
  ),
  ...table(
    "not allowed private",
    [{ effect: "allow", when: { labels: { all: ["web"], none: ["private"] } } }],
    [[{}, "ask"]],
    {
      labels: ["web", "private"],
    },
  ),
];

const tool = [
  ...table(
    "risky tool",
    [{ effect: "ask", when: { risk: ["outbound"], reach: ["open"] } }],
    [[{}, "ask"]],
  ),
  ...table("other risk", [{ effect: "deny", when: { risk: ["read", "write"] } }], [[{}, "allow"]]),
  ...table("spent something", [{ effect: "deny", when: { cost: { overUsd: 0 } } }], [[{}, "deny"]]),
  ...table(
    "spent little",
    [
      { effect: "deny", when: { cost: { overUsd: 50 } } },
      { effect: "ask", when: { cost: { underUsd: 50 } } },
    ],
    [[{}, "ask"]],
  ),
  ...table(
    "longer name",
    [
      { effect: "deny", tool: "*" },
      { effect: "allow" },
      { effect: "ask", when: when({ path: "$.x", exists: true }) },
    ],
    [
      [{}, "allow"],
      [{ x: 1 }, "ask"],
    ],
  ),
  ...table(
    "a tie",
    [
      { effect: "allow", when: when({ path: "$.x", exists: true }) },
      { effect: "ask", when: when({ path: "$.x", equals: 1 }) },
      { effect: "deny", when: when({ path: "$.x", in: [1, 2] }) },
    ],
    [
      [{ x: 1 }, "deny"],
      [{ x: 3 }, "allow"],
    ],
  ),
];

/** Windows around a moment, by the clocks of zones far apart. */
function times(now: Date): PolicyCase[] {
  const clock = (zone: string, minutes: number) =>
    new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" })
      .format(now.getTime() + minutes * 60_000)
      .replace("24:", "00:");
  return ["Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kathmandu"].flatMap((zone) => {
    const [before, later, after] = [clock(zone, -60), clock(zone, 60), clock(zone, 120)];
    const within: PolicyCase["rules"] = [
      { effect: "deny", when: { time: { zone, from: before, to: later } } },
    ];
    const without: PolicyCase["rules"] = [
      { effect: "deny", when: { time: { zone, from: later, to: after } } },
    ];
    return [
      ...table(`within hours of ${zone}`, within, [[{}, "deny"]]),
      ...table(`out of hours of ${zone}`, without, [[{}, "allow"]]),
    ];
  });
}

export function policyCases(now: Date): PolicyCase[] {
  return [
    ...hosts,
    ...recipients,
    ...paths,
    ...amounts,
    ...nested,
    ...people,
    ...environments,
    ...labels,
    ...tool,
    ...times(now),
  ];
}

/** Moments around the changes of a zone's clocks, and whether a rule about its hours decides then. */
export const changingClocks = {
  window: { zone: "Europe/Berlin", days: ["sat", "sun"], from: "02:00", to: "03:00" },
  moments: [
    // The clocks go from 02:00 to 03:00: that hour never comes.
    ["2026-03-29T00:59:59Z", false],
    ["2026-03-29T01:00:00Z", false],
    ["2026-03-28T01:30:00Z", true],
    // They go from 03:00 back to 02:00: it comes twice.
    ["2026-10-25T00:00:00Z", true],
    ["2026-10-25T00:59:59Z", true],
    ["2026-10-25T01:59:59Z", true],
    ["2026-10-25T02:00:00Z", false],
    ["2026-10-26T01:30:00Z", false],
  ],
} as const;
