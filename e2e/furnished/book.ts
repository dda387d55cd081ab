/** What the models of a furnished platform say: conversations as a recording has them. */
export interface Conversation {
  /** What the last user message holds. */
  input: string;
  turns: object[];
}

interface Invoice {
  invoice: string;
  supplier: string;
  hours: number;
  rate: number;
  billed: number;
}

interface Ticket {
  ticket: string;
  text: string;
}

const suppliers = [
  "Harbour Bakery",
  "Old Mill Dairy",
  "North Quay Books",
  "Lark & Finch",
  "Brightwater Print",
  "Tern Logistics",
];

/** Every eleventh one bills more than its hours come to. */
export function invoices(count: number): Invoice[] {
  return Array.from({ length: count }, (_, i) => {
    const hours = 2 + ((i * 7) % 38);
    const rate = 42 + ((i * 13) % 9) * 4;
    const billed = hours * rate + (i % 11 === 10 ? 120 : 0);
    return {
      invoice: `INV-${2041 + i}`,
      supplier: suppliers[i % suppliers.length] as string,
      hours,
      rate,
      billed,
    };
  });
}

const complaints = [
  ["was charged twice for order", "billing", true, "Charged twice for one order"],
  ["have not received order", "delivery", true, "Parcel is late"],
  ["would like to send back order", "returns", false, "Wants to return the order"],
  ["need the invoice of order", "billing", false, "Asks for an invoice"],
  ["cannot sign in to look at order", "technical", true, "Cannot sign in"],
] as const;

export function tickets(count: number): Ticket[] {
  return Array.from({ length: count }, (_, i) => ({
    ticket: `T-${301 + i}`,
    text: `I ${complaints[i % complaints.length]?.[0]} ${8800 + i}. Please help.`,
  }));
}

function checked({ invoice, supplier, hours, rate, billed }: Invoice): Conversation {
  const due = hours * rate;
  const isRight = due === billed;
  const answer = {
    verdict: isRight ? "pay" : "ask",
    difference: billed - due,
    reason: isRight
      ? `${supplier} bills ${hours} hours at ${rate}: that is right.`
      : `${supplier} bills ${billed}, but ${hours} hours at ${rate} come to ${due}.`,
  };
  const usage = { inputTokens: 640 + ((hours * 37) % 220), outputTokens: 58 + (rate % 31) };
  return {
    input: `${invoice} of `,
    turns: [
      { calls: [{ tool: "calculator", input: { expression: `${hours} * ${rate}` } }], usage },
      { text: JSON.stringify(answer), usage },
    ],
  };
}

function sorted({ text }: Ticket, i: number): Conversation {
  const [, team, urgent, about] = complaints[i % complaints.length] as (typeof complaints)[number];
  return { input: text, turns: [{ text: JSON.stringify({ team, urgent, about }) }] };
}

export const questions = {
  refund: "Order 8841 was paid twice. Send one payment back.",
  largeRefund: "Order 9120 never arrived. Refund all of it.",
  askFirst: "The customer of order 8907 wants a voucher instead of a refund. What may I offer?",
  research: "Which of our three largest suppliers has raised its prices most this year?",
  launch: "Plan the launch of the spring catalogue.",
  report: "Make the sales report of October.",
  stock: "Bring the stock list of Tern Logistics up to date.",
  courier: "Send parcel P-77 to 4 Quay Street.",
  digest: "Sum up what customers asked this week.",
  hello: "What can you do for me?",
  delivery: "How long does a delivery to Norway take, and what does it cost?",
  longer: "Write the welcome letter for new suppliers.",
} as const;

const findings = [
  ["Harbour Bakery", "3.1", "flour and energy"],
  ["Old Mill Dairy", "7.4", "milk prices"],
  ["Tern Logistics", "5.0", "fuel"],
] as const;

const researched: Conversation[] = [
  {
    input: questions.research,
    turns: [
      {
        text: "I ask one reader about each of them.",
        calls: findings.map(([supplier]) => ({
          tool: "delegate",
          input: {
            agent: "source-reader",
            task: `Find out by how much ${supplier} has raised its prices this year, and why.`,
          },
        })),
        usage: { inputTokens: 1_240, outputTokens: 180 },
      },
      {
        text:
          "**Old Mill Dairy** has raised its prices most: by 7.4 %, because of milk prices.\n\n" +
          "| Supplier | Rise | Because of |\n| --- | --- | --- |\n" +
          findings.map(([name, rise, why]) => `| ${name} | ${rise} % | ${why} |`).join("\n"),
        usage: { inputTokens: 2_110, outputTokens: 210 },
      },
    ],
  },
  ...findings.map(([supplier, rise, why]) => ({
    input: `by how much ${supplier} has raised`,
    turns: [
      { calls: [{ tool: "calculator", input: { expression: `100 + ${rise}` } }] },
      {
        calls: [
          {
            tool: "blackboard_write",
            input: {
              key: supplier.toLowerCase().replace(/\W+/g, "_"),
              value: `${rise} %`,
              version: 0,
            },
          },
        ],
      },
      { text: `${supplier} has raised its prices by ${rise} %, because of ${why}.` },
    ],
  })),
];

const launchSteps = [
  { id: "range", intent: "Choose the forty products of the spring range" },
  { id: "photos", intent: "Order the photographs of the products", dependsOn: ["range"] },
  { id: "texts", intent: "Write the texts of the catalogue", dependsOn: ["range"] },
  { id: "print", intent: "Ask three printers for their prices", dependsOn: ["range"] },
  { id: "layout", intent: "Lay the catalogue out", dependsOn: ["photos", "texts"] },
  { id: "mailing", intent: "Send it to all customers", dependsOn: ["layout", "print"] },
];

const launched: Conversation[] = [
  {
    input: questions.launch,
    turns: [
      {
        text: JSON.stringify({
          goal: "The spring catalogue is with our customers",
          steps: launchSteps,
        }),
      },
    ],
  },
  ...launchSteps.map(({ id, intent }) => ({
    input: `Your part is the step ${id}:`,
    turns: [{ text: `Done: ${intent.toLowerCase()}.` }],
  })),
  {
    input: "Give the final answer from these results.",
    turns: [{ text: "The catalogue is laid out, printed at Brightwater Print, and on its way." }],
  },
];

const sales = ["May", "Jun", "Jul", "Aug", "Sep", "Oct"].map((month, i) => ({
  month,
  sales: 41 + ((i * 17) % 29),
}));

const report = `# Sales from May to October

The second half of the year began slowly and ended **well**: October was the best month since June.

| month | thousand euros |
| ----- | -------------: |
${sales.map((one) => `| ${one.month} | ${one.sales} |`).join("\n")}

- Deliveries to Norway took a day longer.
- Two of three refunds went back within an hour.
`;

const reported: Conversation = {
  input: questions.report,
  turns: [
    {
      text: "I draw the chart first.",
      calls: [
        {
          tool: "chart_render",
          input: {
            kind: "bar",
            title: "Sales by month",
            x: "month",
            y: "sales",
            yTitle: "thousand euros",
            name: "sales-by-month",
            data: sales,
          },
        },
        {
          tool: "document_write",
          input: {
            path: "sales.csv",
            rows: [["month", "thousand euros"], ...sales.map((one) => [one.month, one.sales])],
          },
        },
        { tool: "document_write", input: { path: "sales.pdf", title: "Sales", markdown: report } },
      ],
      usage: { inputTokens: 1_830, outputTokens: 320 },
    },
    {
      text: "October brought 68 thousand euros: the best month since June. The chart and the figures are attached.",
    },
  ],
};

const single = (input: string, ...turns: object[]): Conversation => ({ input, turns });
const call = (tool: string, input: object) => ({ calls: [{ tool, input }] });

const desk: Conversation[] = [
  single(
    questions.refund,
    call("order_lookup", { order: "8841" }),
    call("refund_payment", { order: "8841", amountEur: 221.5, reason: "Paid twice" }),
    { text: "One of the two payments of order 8841 is on its way back." },
  ),
  single(
    questions.largeRefund,
    call("order_lookup", { order: "9120" }),
    call("refund_payment", { order: "9120", amountEur: 340.5, reason: "The parcel never arrived" }),
    { text: "The customer of order 9120 has his money back." },
  ),
  single(
    questions.askFirst,
    call("order_lookup", { order: "8907" }),
    call("ask_person", {
      question: "The customer of order 8907 prefers a voucher. How much may I add to it?",
      form: { kind: "choice", options: ["Nothing", "5 %", "10 %"] },
    }),
    { text: "I have offered the voucher." },
  ),
  single(questions.stock, call("feed_import", { supplier: "Tern Logistics" }), {
    text: "The supplier's server is down.",
  }),
  single(questions.courier, call("book_courier", { parcel: "P-77", to: "4 Quay Street" }), {
    text: "The courier is booked.",
  }),
  single(questions.digest, {
    text: "Most asked for their money back after a double charge; deliveries to Norway came second.",
    usage: { inputTokens: 3_400, outputTokens: 140 },
  }),
  single(questions.hello, {
    text: "I answer what customers ask about orders, deliveries and returns. Ask me about an order by its number.",
  }),
  single(questions.delivery, call("calculator", { expression: "12 + 6.5" }), {
    text: "A parcel to Norway takes **four to six days** and costs **18.50 €**:\n\n- 12 € for the parcel\n- 6.50 € for the customs papers",
  }),
  single(questions.longer, {
    text: Array.from(
      { length: 60 },
      (_, i) =>
        `Paragraph ${i + 1}: we are glad that you deliver to our shop, and this is how we work together.`,
    ).join("\n\n"),
  }),
];

/** As JSON lines, for as many rows as batches will have. */
export function bookFor(rows: { invoices: number; tickets: number }): string {
  const conversations = [
    ...invoices(rows.invoices).map(checked),
    ...tickets(rows.tickets).map(sorted),
    ...researched,
    ...launched,
    reported,
    ...desk,
  ];
  return conversations.map((one) => `${JSON.stringify(one)}\n`).join("");
}
