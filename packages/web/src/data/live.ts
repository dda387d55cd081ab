import { client } from "./client.ts";

/**
 * What pages follow: one WebSocket for the tab, however much it shows (browsers keep few connections to
 * one server), and server-sent events where none can be opened. Closing the tab cancels nothing.
 */
export const live = client.connect();
