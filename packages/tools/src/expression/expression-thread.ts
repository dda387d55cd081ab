import { serveThread } from "../thread/serve-thread.ts";
import { computeExpression } from "./compute-expression.ts";

serveThread(computeExpression);
