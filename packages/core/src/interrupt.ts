import { z } from "zod";
import { jsonObjectSchema, jsonSchema } from "./json.ts";
import { roleSchema } from "./role.ts";
import { decidedBySchema } from "./decided-by.ts";

/** Who is asked; both left out: everybody who may answer interrupts of the run. */
export const audienceSchema = z.strictObject({
  role: roleSchema.optional().describe("Those with this role, and the more powerful ones."),
  userId: z.string().min(1).max(200).optional().describe("One person alone."),
});
export type Audience = z.infer<typeof audienceSchema>;

/** The hexadecimal SHA-256 of what is approved, in canonical form. */
export const approvalHashSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, "not a SHA-256 in hexadecimal");

const reason = z.string().min(1).max(2_000);

/** What a person says of an effect whose outcome is unknown. */
export const effectAnswerSchema = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("done"), output: jsonSchema }),
  z.strictObject({ action: z.literal("redo") }),
  z.strictObject({ action: z.literal("fail"), reason }),
]);
export type EffectAnswer = z.infer<typeof effectAnswerSchema>;

/** What a person says of a call or a plan: bound to what he was shown by its hash. */
export const approvalAnswerSchema = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("approve"), hash: approvalHashSchema }),
  /** Approved with other arguments; `hash` is that of the ones he was shown. */
  z.strictObject({ action: z.literal("edit"), hash: approvalHashSchema, input: jsonSchema }),
  z.strictObject({ action: z.literal("reject"), reason }),
]);
export type ApprovalAnswer = z.infer<typeof approvalAnswerSchema>;

export const questionAnswerSchema = z.strictObject({
  action: z.literal("reply"),
  value: jsonSchema,
});

/** What ends an interrupt; which actions it takes is its kind's. */
export const interruptAnswerSchema = z.discriminatedUnion("action", [
  ...effectAnswerSchema.options,
  ...approvalAnswerSchema.options,
  questionAnswerSchema,
]);
export type InterruptAnswer = z.infer<typeof interruptAnswerSchema>;

/** How the reply to a question is given. */
export const questionFormSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("text") }),
  z.strictObject({
    kind: z.literal("choice"),
    options: z.array(z.string().min(1).max(500)).min(1).max(50),
    /** Several may be chosen: the reply is a list. */
    multiple: z.boolean().default(false),
  }),
  /** A JSON Schema that the reply has to fit. */
  z.strictObject({ kind: z.literal("schema"), schema: jsonObjectSchema }),
]);
export type QuestionForm = z.infer<typeof questionFormSchema>;

const raised = z.object({
  type: z.literal("interrupt.raised"),
  interruptId: z.string(),
  /** What the person is asked. */
  prompt: z.string(),
  audience: audienceSchema.optional(),
  expiresAt: z.iso.datetime().optional(),
  /** What is answered when it expires; without one it never does. */
  onExpiry: interruptAnswerSchema.optional(),
});

/** A call of a tool that a person has to see. */
const proposedCall = {
  callId: z.string(),
  /** The model step that asked for it. */
  step: z.int().positive(),
  tool: z.string(),
  input: jsonSchema,
};

export const interruptRaisedSchema = z.discriminatedUnion("kind", [
  /** Nobody knows whether the call took effect. */
  raised.extend({ kind: z.literal("effect_outcome"), callId: z.string() }),
  /** The call is made once somebody approves just these arguments. */
  raised.extend({
    kind: z.literal("approval"),
    ...proposedCall,
    hash: approvalHashSchema,
    /** Why somebody is asked. */
    reason: z.string().optional(),
    /** The rule that says so; left out when it is another reason. */
    decidedBy: decidedBySchema.optional(),
  }),
  /** The agent asks; the reply is the call's result. */
  raised.extend({
    kind: z.literal("question"),
    ...proposedCall,
    form: questionFormSchema,
    /** The call itself asks, before it can end: it is made again with the reply. See `InputNeeded`. */
    needs: z.object({ key: z.string(), state: jsonSchema }).optional(),
  }),
  /** The plan is followed once somebody approves it. */
  raised.extend({
    kind: z.literal("plan_review"),
    planVersion: z.int().positive(),
    hash: approvalHashSchema,
  }),
]);
export type InterruptRaised = z.infer<typeof interruptRaisedSchema>;
export type InterruptKind = InterruptRaised["kind"];
export const interruptKinds = ["effect_outcome", "approval", "question", "plan_review"] as const;

export const interruptAnsweredSchema = z.object({
  type: z.literal("interrupt.answered"),
  interruptId: z.string(),
  by: z.string(),
  answer: interruptAnswerSchema,
});

/** The actions that an interrupt of each kind takes. */
export const answerActions: Readonly<Record<InterruptKind, readonly InterruptAnswer["action"][]>> =
  {
    effect_outcome: ["done", "redo", "fail"],
    approval: ["approve", "edit", "reject"],
    question: ["reply", "reject"],
    plan_review: ["approve", "reject"],
  };

/** When and of whom an agent's interrupts are asked. */
export const interruptSettingsSchema = z.strictObject({
  audience: audienceSchema.optional().describe("Who is asked. Default: all who may answer."),
  expireSeconds: z
    .int()
    .positive()
    .max(365 * 86_400)
    .optional()
    .describe("It is answered by itself after so long. Default: it waits for ever."),
  onExpiry: z
    .enum(["reject", "approve"])
    .default("reject")
    .describe("What it is answered then. A question without a default reply fails its call."),
  remindSeconds: z
    .int()
    .positive()
    .max(365 * 86_400)
    .optional()
    .describe("People are reminded after so long."),
  escalateSeconds: z
    .int()
    .positive()
    .max(365 * 86_400)
    .optional()
    .describe("Others are asked as well after so long."),
  escalateTo: roleSchema.optional().describe("Whom that is."),
});
export type InterruptSettings = z.infer<typeof interruptSettingsSchema>;
