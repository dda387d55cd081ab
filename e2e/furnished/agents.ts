import type { AgentSpecInput } from "@flotilla/core";

/** The agents of a shop, each of which does one thing that its page can show. */
export const agents: readonly AgentSpecInput[] = [
  {
    name: "invoice-checker",
    description: "Checks what suppliers bill against the hours that were worked.",
    instructions:
      "You check invoices. Work the amount out from the hours and the rate with the calculator. " +
      'Answer "pay" when the invoice is right, and "ask" with the reason when it is not.',
    model: "north/small",
    tools: ["calculator"],
    output: {
      type: "object",
      properties: {
        verdict: { enum: ["pay", "ask"] },
        difference: { type: "number" },
        reason: { type: "string" },
      },
      required: ["verdict", "difference", "reason"],
      additionalProperties: false,
    },
    limits: { maxSteps: 8, maxCostUsd: 0.2 },
  },
  {
    name: "support-triage",
    description: "Sorts support tickets by team and urgency.",
    instructions:
      "You sort the support tickets of a shop. Say which team must answer, whether it is urgent, " +
      "and what it is about in at most ten words.",
    model: "harbour/steady",
    output: {
      type: "object",
      properties: {
        team: { enum: ["billing", "delivery", "returns", "technical"] },
        urgent: { type: "boolean" },
        about: { type: "string" },
      },
      required: ["team", "urgent", "about"],
      additionalProperties: false,
    },
  },
  {
    name: "refund-desk",
    description: "Refunds customers; a person approves each payment.",
    instructions:
      "Look the order up before you refund anything. Never send back more than was paid. " +
      "When it is not clear what the customer is owed, ask a person.",
    model: "north/large",
    tools: ["order_lookup", "refund_payment", "ask_person"],
    approvals: ["refund_payment"],
    interrupts: { remindSeconds: 3_600, expireSeconds: 172_800 },
    limits: { maxSteps: 12, maxCostUsd: 0.5 },
  },
  {
    name: "source-reader",
    description: "Reads what is known of one supplier, and sums it up.",
    instructions: "Answer with one sentence. Write the figure on the blackboard.",
    model: "north/small",
    tools: ["calculator", "blackboard_write"],
  },
  {
    name: "market-researcher",
    description: "Splits a question among readers, and puts their answers together.",
    instructions: "Give each supplier to a reader of its own. Compare what they found in a table.",
    model: "north/large",
    tools: ["delegate", "blackboard_read"],
    team: {
      workers: ["source-reader"],
      blackboard: {
        harbour_bakery: { type: "string" },
        old_mill_dairy: { type: "string" },
        tern_logistics: { type: "string" },
      },
    },
    limits: { maxCostUsd: 2 },
  },
  {
    name: "launch-planner",
    description: "Plans before it acts; a person reviews the plan.",
    instructions: "You bring catalogues of the shop to its customers.",
    model: "north/large",
    strategy: { kind: "plan_and_solve", review: true },
  },
  {
    name: "report-writer",
    description: "Makes the monthly report with charts and tables.",
    instructions: "Draw a chart of the figures, and keep them as a table.",
    model: "north/large",
    tools: ["chart_render", "document_write", "calculator"],
  },
  {
    name: "stock-keeper",
    description: "Keeps the stock lists of suppliers up to date.",
    instructions: "Fetch the list of the supplier and say what has changed.",
    model: "north/small",
    tools: ["feed_import"],
    recovery: { toolTries: 1, onToolFailure: "fail" },
    limits: { maxSteps: 1 },
  },
  {
    name: "dispatcher",
    description: "Books couriers for parcels.",
    instructions: "Book the courier for the parcel.",
    model: "north/small",
    tools: ["book_courier"],
  },
  {
    name: "concierge",
    description: "Answers customers about orders, deliveries and returns.",
    instructions: "Be short and friendly. Work prices out with the calculator.",
    model: "route/careful",
    tools: ["calculator", "order_lookup"],
  },
];
