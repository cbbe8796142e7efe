// @ts-check
/**
 * Loaded into the process that is watched, before its own code (node --require): says from inside, at each interval,
 * what only it knows of its memory. One line of JSON on descriptor 3.
 */
const { writeSync } = require('node:fs');

const timer = setInterval(() => {
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  writeSync(3, `${JSON.stringify({ heapUsed, external, arrayBuffers })}\n`);
}, Number(process.env.SOAK_EVERY_MS));
timer.unref();
