/** The SDK's own `processLogs` under another name, for a plugin that wants to see the call as a whole. */
export { processLogs as mapAll } from 'slung/exports';
