// @ts-check
/**
 * The peer of Tangent components in JavaScript: asks plugin-jco.mjs, a process of its own, so that its garbage and its
 * compiled code are not ours. Which jco-transpile is installed is the reader's business; the bench says which it was.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { summarize } from './measure.mjs';

const JCO = fileURLToPath(new URL('plugin-jco.mjs', import.meta.url));
/** How many times as slow the same component has to be there. */
const LEAST_RATIO = 20;
export const JCO_ABSENT = 'not installed (npm i --prefix bench)';

/**
 * @param {readonly string[]} question see plugin-jco.mjs @returns {{ ns?: number[], seconds?: number } | undefined}
 * undefined: not installed
 */
export function askJco(question) {
  const done = spawnSync(process.execPath, [JCO, ...question], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`plugin-jco.mjs failed: ${done.stderr.slice(0, 500)}`);
  const answer = JSON.parse(done.stdout);
  return answer.absent ? undefined : answer;
}

/**
 * @param {string} what @param {readonly number[] | undefined} ratios @returns {import('./plugin-measure.mjs').Row} of
 * the least of them
 */
export function ratioRow(what, ratios) {
  const row = { what, unit: '×', must: LEAST_RATIO, isMost: false };
  if (ratios === undefined) return { ...row, absent: JCO_ABSENT };
  const all = summarize(ratios);
  return { ...row, got: { ...all, median: all.min } };
}

/** @returns {string | undefined} undefined: not installed */
export function jcoVersion() {
  try {
    const file = new URL('node_modules/@bytecodealliance/jco-transpile/package.json', import.meta.url);
    return JSON.parse(readFileSync(file, 'utf8')).version;
  } catch {
    return undefined;
  }
}
