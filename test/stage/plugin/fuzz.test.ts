/**
 * Mutants of all sample plugins, looked at and run: each gives a result or a refusal in one line, within its limits;
 * never a stack trace, a crash or a hang. 150 of them every day, 3000 with SLUNG_TEST=full. A failure names the
 * mutant; SLUNG_MUTANT=NUMBER runs that one alone. If this process itself is killed, the file slung-mutant in the
 * folder for temporary files has the number.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inspect } from '../../../src/plugin/inspect.ts';
import { isFull } from '../../support/full.ts';
import { hostilePlugin } from '../../support/hostile.ts';
import { chanceOf, mutant } from '../../support/mutate.ts';
import { compilePlugin } from '../../support/plugins.ts';
import { plugin, removeBundle, runChain } from './support.ts';

const count = isFull ? 3000 : 150;
const input = '{"do":"x","timestamp":1,"value":2,"series":"s","tags":["a"],"msg":"hello"}\n'.repeat(20);
/** Of the machine's time, because a mutant may also sleep; nothing is wrong when it strikes. */
const timeLimitMs = 1000;
/** Far more than any mutant needs; it is there to name one that hangs. */
const hangMs = 120_000;

const samples: (readonly [name: string, bytes: Uint8Array<ArrayBuffer>])[] = [];

beforeAll(async () => {
  for (const folder of ['tangent', 'slung', 'wasi']) {
    for (const file of readdirSync(`fixtures/plugins/${folder}`).sort()) {
      const bytes = new Uint8Array(readFileSync(`fixtures/plugins/${folder}/${file}`));
      if (file.endsWith('.wasm')) samples.push([`${folder}/${file}`, bytes]);
      // A megabyte, which takes a second each.
      if (file.endsWith('.wasm.gz') && isFull) samples.push([`${folder}/${file}`, new Uint8Array(gunzipSync(bytes))]);
    }
  }
  for (const kind of ['tangent', 'wasi', 'program'] as const) samples.push([kind, await hostilePlugin(kind, 'none')]);
  samples.push(['scaffold', await compilePlugin('fixtures/plugins/as/scaffold/plugin.ts')]);
});
afterAll(removeBundle);

/** What a message may not have. */
function checkMessage(text: string): void {
  if (/\n\s+at |^\w*Error: |undefined|\[object/.test(text)) throw new Error(`not a message: ${text}`);
}

function checkInspection(bytes: Uint8Array): void {
  const { refusal } = inspect(bytes);
  if (refusal === undefined) return;
  checkMessage(refusal);
  if (refusal.includes('\n') || refusal.length > 500) throw new Error(`not one line: ${refusal}`);
}

/** @returns what came of it */
async function outcomeOf(bytes: Uint8Array): Promise<'ran' | 'refused'> {
  let timer: NodeJS.Timeout | undefined;
  const hang = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it hangs: no result within ${hangMs} ms`)), hangMs);
  });
  const changes = { timeLimitMs, memoryBytes: 64 << 20, loadLimitMs: 60_000 };
  try {
    const run = runChain([plugin(bytes)], input, changes, { clockMs: () => performance.now() });
    const { outcome, said } = await Promise.race([run, hang]);
    for (const text of said) if (!text.startsWith('guest: ')) checkMessage(text);
    expect(outcome.kind).toBe('done');
    return 'ran';
  } catch (error) {
    const { name, message } = error as Error;
    if (name !== 'PluginFileError' && name !== 'UsageError') throw error;
    checkMessage(message);
    return 'refused';
  } finally {
    clearTimeout(timer);
  }
}

async function tryMutant(number: number): Promise<'ran' | 'refused'> {
  const [name, original] = samples[number % samples.length]!;
  const chance = chanceOf(number);
  const [, other] = samples[chance(samples.length)]!;
  const { bytes, how } = mutant(original, other, chance);
  writeFileSync(join(tmpdir(), 'slung-mutant'), `${number}\n`);
  try {
    checkInspection(bytes);
    return await outcomeOf(bytes);
  } catch (error) {
    throw new Error(`SLUNG_MUTANT=${number} (${name}: ${how}): ${(error as Error).stack}`);
  }
}

test(
  `${count} mutants give a result or a refusal`,
  async () => {
    const only = process.env.SLUNG_MUTANT;
    if (only !== undefined) {
      await tryMutant(Number(only));
      return;
    }
    const outcomes = { ran: 0, refused: 0 };
    const failures: string[] = [];
    for (let number = 0; number < count; number++) {
      try {
        outcomes[await tryMutant(number)] += 1;
      } catch (error) {
        failures.push((error as Error).message);
      }
    }
    expect(failures).toEqual([]);
    // Otherwise the mutations would all be alike.
    expect(outcomes.ran).toBeGreaterThan(count / 20);
    expect(outcomes.refused).toBeGreaterThan(count / 20);
    // In KiB, of this process with all its threads.
    expect(process.resourceUsage().maxRSS).toBeLessThan(3 << 20);
  },
  isFull ? 3_600_000 : 600_000,
);
