import { hostname, networkInterfaces } from "node:os";

/** Names as an attacker's own DNS answers for them: the answers one after the other, each some addresses. */
export const names: Record<string, string[][]> = {
  "loopback.attacker.test": [["127.0.0.1"]],
  "loopback6.attacker.test": [["::1"]],
  "mapped.attacker.test": [["::ffff:127.0.0.1"]],
  "mapped-hex.attacker.test": [["::ffff:7f00:1"]],
  "any.attacker.test": [["0.0.0.0"]],
  "mixed.attacker.test": [["93.184.216.34", "127.0.0.1"]],
  "mixed6.attacker.test": [["2606:2800:220:1::1", "::1"]],
  // Each question is answered otherwise: by what is outside, and by what is inside.
  "rebinding.attacker.test": [
    ["127.0.0.1"],
    ["127.0.0.1", "93.184.216.34"],
    ["::1"],
    ["93.184.216.34", "::ffff:127.0.0.1"],
  ],
  "metadata.google.internal": [["169.254.169.254"]],
  "nat64.attacker.test": [["64:ff9b::7f00:1"]],
  "sixtofour.attacker.test": [["2002:7f00:1::"]],
  "ula.attacker.test": [["fd00:ec2::254"]],
};

/** Spellings of hosts that end at this machine. `address`: where a name leads that only the attacker's DNS knows. */
export function insideHosts(): { host: string; address?: string }[] {
  const spellings = [
    ...["127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0x0.0x0.0x1", "0x7f.1"],
    ...[
      "0177.0.0.1",
      "0177.0.0.01",
      "017700000001",
      "127.0.0.1.",
      "127.000.000.001",
      "0",
      "0.0.0.0",
    ],
    ...["127.127.127.127", "127.255.255.254", "１２７.０.０.１", "①②⑦.⓪.⓪.①", "127。0。0。1"],
    ...["%31%32%37.0.0.1", "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::ffff:127.0.0.1]"],
    ...[
      "[::ffff:7f00:1]",
      "[0000::0001]",
      "localhost",
      "LOCALHOST",
      "LocalHost",
      "ｌｏｃａｌｈｏｓｔ",
    ],
    ...["ip6-localhost", "localhost.", hostname()],
  ].map((host) => ({ host }));
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ address, internal }) => !internal && isPrivate(address))
    .map(({ address }) => ({ host: address.includes(":") ? `[${address}]` : address }));
  const named = Object.entries(names).flatMap(([host, answers]) => {
    const address = answers.flat().find((one) => /127\.0\.0\.1$|^::1$|7f00:1$|^0\.0/.test(one));
    return address && !/^(?:64:|2002:)/.test(address) ? [{ host, address }] : [];
  });
  return [...spellings, ...own.slice(0, 4), ...named];
}

function isPrivate(address: string): boolean {
  return /^(?:10\.|172\.(?:1[6-9]|2\d|3[01])\.|192\.168\.|f[cd])/.test(address);
}

/** Whole addresses that say the host in another way. */
export function insideUrls(port: number): string[] {
  return [
    `http:127.0.0.1:${port}/`,
    `http:\\\\127.0.0.1:${port}/`,
    `HTTP://127.0.0.1:${port}/`,
    `http://127.0.\t0.1:${port}/`,
    `  http://127.0.0.1:${port}/`,
  ];
}

/** What must be refused though nothing here answers there. */
export const elsewhere = [
  ...["http://169.254.169.254/latest/meta-data/", "http://0xa9fea9fe/", "http://2852039166/"],
  ...["http://metadata.google.internal/computeMetadata/v1/", "http://168.63.129.16/"],
  ...[
    "http://100.100.100.200/",
    "http://[fd00:ec2::254]/",
    "http://[fe80::1]/",
    "http://10.0.0.1/",
  ],
  ...["http://172.16.0.1/", "http://192.168.1.1/", "http://100.64.0.1/", "http://198.18.0.1/"],
  ...["http://224.0.0.1/", "http://255.255.255.255/", "http://[64:ff9b::7f00:1]/"],
  ...["http://[2002:7f00:1::]/", "http://[::127.0.0.1]/", "http://[ff02::1]/"],
  ...[
    "http://nat64.attacker.test/",
    "http://sixtofour.attacker.test/",
    "http://ula.attacker.test/",
  ],
  ...["http://[fe80::1%25lo]/", "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:70/"],
  ...["http://user@127.0.0.1/", "http://example.org@127.0.0.1/", "http://127.0.0.1:22/"],
];
