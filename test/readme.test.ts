/**
 * The README tells the truth: each of its commands is run and its output compared with the block below it, its
 * TypeScript is type-checked and run, its links lead somewhere, its table of exit codes is the program's. BLESS=1
 * writes the outputs anew; the diff is then to be read.
 *
 * Two things are different from what a reader types. `npm ci && ` is left out, and a block that is nothing but `npm
 * test` is not run, because both have happened when this runs (.ci/run does them, and `npx slung`, as they stand).
 * `npx slung` is bin/slung.js of this tree.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exitRows } from '../src/cli/exit.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const readmePath = join(root, 'README.md');
const readme = readFileSync(readmePath, 'utf8');
const isBlessing = process.env.BLESS === '1';

interface Block {
  readonly language: string;
  readonly text: string;
  /** The `text` block that follows: what the reader is to see, both streams together. */
  readonly shown: string | undefined;
  /** Where the shown text lies in the README. */
  readonly shownAt: { readonly from: number; readonly to: number };
}

function blocksOf(markdown: string): Block[] {
  const fences = /^```(sh|ts|js)\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```\n)?/gm;
  return [...markdown.matchAll(fences)].map((match) => {
    const shown = match[3];
    const to = match.index + match[0].length - '```\n'.length;
    return { language: match[1]!, text: match[2]!, shown, shownAt: { from: to - (shown?.length ?? 0), to } };
  });
}

const blocks = blocksOf(readme);
const scriptOf = (block: Block): string => block.text.replace(/^npm ci && /, '').trim();
const shellBlocks = blocks.filter((block) => block.language === 'sh' && scriptOf(block) !== 'npm test');
const codeBlocks = blocks.filter((block) => block.language !== 'sh');

let workDir = '';
const outputs = new Map<Block, string>();

/** Files that the commands read: YAML whose first line is its name. */
const files = [...readme.matchAll(/^```yaml\n(# (\S+\.yaml)\n[\s\S]*?)^```$/gm)];

beforeAll(() => {
  workDir = mkdtempSync(join(tmpdir(), 'slung-readme-'));
  symlinkSync(join(root, 'fixtures'), join(workDir, 'fixtures'));
  for (const [, text, name] of files) writeFileSync(join(workDir, name!), text!);
});

afterAll(() => {
  rmSync(workDir, { recursive: true, force: true });
  if (isBlessing) bless();
});

/** Last block first, so that the places of the others stay right. */
function bless(): void {
  let text = readme;
  for (const [block, output] of [...outputs].sort(([a], [b]) => b.shownAt.from - a.shownAt.from)) {
    text = text.slice(0, block.shownAt.from) + output + text.slice(block.shownAt.to);
  }
  writeFileSync(readmePath, text);
}

function run(command: string, argv: readonly string[]): { output: string; status: number | null } {
  // The plugin is compiled once, as it is for the reader.
  const cache = { XDG_CACHE_HOME: join(workDir, 'cache') };
  const environment = { PATH: process.env.PATH, TERM: 'dumb', LC_ALL: 'C.UTF-8', ...cache };
  const result = spawnSync(command, argv, { cwd: workDir, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  if (result.error) throw result.error;
  return { output: result.stdout.toString() + result.stderr.toString(), status: result.status };
}

function compare(block: Block, { output, status }: { output: string; status: number | null }): void {
  outputs.set(block, output);
  if (!isBlessing) expect(output).toBe(block.shown);
  expect(status).toBe(0);
}

describe('commands', () => {
  test('there are the two of the first screen, and six one-liners', () => {
    const firstScreen = blocksOf(readme.split('\n').slice(0, 40).join('\n')).map(({ text }) => text);
    expect(firstScreen[0]).toMatch(/^npm ci && npx slung select .*fixtures\/.*\n$/);
    expect(firstScreen[1]).toBe('npm ci && npm test\n');
    const oneLiners = blocksOf(
      readme.slice(readme.indexOf('## Six one-liners'), readme.indexOf('Edits keep the rest')),
    );
    expect(oneLiners.map(({ text }) => text.trim().split('\n').length)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test.each(shellBlocks.map((block) => [scriptOf(block), block] as const))('%s', (script, block) => {
    expect(block.shown, 'every command shows its output').toBeDefined();
    const slung = `slung() { '${process.execPath}' '${join(root, 'bin/slung.js')}' "$@"; }`;
    const local = script.replaceAll('npx slung', 'slung');
    expect(local, 'nothing else of npm can be checked here').not.toMatch(/\bnp[mx]\b/);
    compare(block, run('sh', ['-c', `exec 2>&1\n${slung}\n${local}`]));
  });
});

describe('code', () => {
  test.each(codeBlocks.map((block) => [block.text.split('\n')[0], block] as const))('%s', async (_, block) => {
    expect(block.shown, 'the code shows its output').toBeDefined();
    const outfile = join(workDir, 'block.mjs');
    // Bundled as build.mjs bundles the library, so that what cannot be loaded from a bundle is noticed.
    await build({
      stdin: { contents: block.text, loader: 'ts', resolveDir: root },
      ...{ outfile, bundle: true, format: 'esm', platform: 'node', logLevel: 'silent' },
      alias: { slung: join(root, 'src/index.ts') },
    });
    copyFileSync(join(root, 'src/engine/engine.wasm'), join(workDir, 'engine.wasm'));
    compare(block, run(process.execPath, [outfile]));
  });

  test('is accepted by the type checker', () => {
    const files = codeBlocks.map(({ text }, i) => {
      writeFileSync(join(workDir, `block-${i}.ts`), text);
      return `block-${i}.ts`;
    });
    const compilerOptions = {
      ...{ paths: { slung: [join(root, 'src/index.ts')] }, typeRoots: [join(root, 'node_modules/@types')] },
    };
    // The blocks are ES modules because the package says so.
    writeFileSync(join(workDir, 'package.json'), '{ "type": "module" }');
    files.push(join(root, 'src/engine/webassembly.d.ts'));
    const config = { extends: join(root, 'tsconfig.json'), compilerOptions, files, include: [], exclude: [] };
    writeFileSync(join(workDir, 'tsconfig.json'), JSON.stringify(config));
    const { output } = run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', workDir]);
    expect(output).toBe('');
  });
});

test('every link inside the repository leads somewhere', () => {
  const targets = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1]!);
  expect(targets.length).toBeGreaterThan(3);
  expect(targets.filter((target) => !existsSync(join(root, target)))).toEqual([]);
});

test('the table of exit codes is the program’s', () => {
  const rows = readme.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  for (const { code, doc } of exitRows) expect(rows).toContainEqual(['', code, doc, '']);
});

test('the bench has one place to write its table', () => {
  expect(readme.match(/<!-- bench:(start|end) -->/g)).toEqual(['<!-- bench:start -->', '<!-- bench:end -->']);
});
