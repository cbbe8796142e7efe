/**
 * A real browser for a test: Debian's chromium, which is downloaded by nobody here. Where there is none, tests that
 * need it are skipped, and say so; where SLUNG_BROWSER is `required`, as in the gate, they fail.
 */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const binary = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin']
  .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)))
  .find((path) => existsSync(path));

const isRequired = process.env.SLUNG_BROWSER === 'required';

/** For `describe.skipIf`: there is no chromium here. */
export const hasNoBrowser: boolean = binary === undefined && !isRequired;
if (hasNoBrowser) {
  process.stderr.write('SKIPPED: tests in a browser, because there is no chromium: apt-get install chromium\n');
}

/** It has no sandbox where we are root, as in a container; it sees our own pages alone. */
export async function openBrowser(): Promise<Browser> {
  if (binary === undefined) throw new Error('there is no chromium: apt-get install chromium');
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return await chromium.launch({ executablePath: binary, args });
}
