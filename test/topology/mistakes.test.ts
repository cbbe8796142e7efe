/**
 * Every mistake of fixtures/topology/mistakes with the exact words it gets: NAME.yaml is the file, NAME.txt what is
 * said of it. `npx vitest run test/topology/mistakes.test.ts -u` writes the texts anew; read the difference.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../support/compiled.ts';
import { saidOf } from './support.ts';

const folder = join(root, 'fixtures/topology/mistakes');
const names = readdirSync(folder).filter((file) => file.endsWith('.yaml'));

describe('mistakes in a topology', () => {
  test.each(names)('%s', async (file) => {
    const said = saidOf(readFileSync(join(folder, file), 'utf8'));
    expect(said).not.toBe('');
    expect(said).not.toMatch(/hunter2|\n\s+at /);
    await expect(said).toMatchFileSnapshot(join(folder, file.replace(/\.yaml$/, '.txt')));
  });
});
