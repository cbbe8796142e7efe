/**
 * The recipes of docs/cookbook.md do what they say. Each section is a directory: its YAML blocks are the files that
 * their first lines name, its inputs are in fixtures/cookbook/SECTION, its commands are run as they stand, and what
 * comes out is compared with the block below them and with the files in `expected`. BLESS=1 writes the outputs anew;
 * the diff is then to be read.
 */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../support/compiled.ts';
import { pluginFile } from '../support/plugins.ts';
import { environment, workDirectory } from './support.ts';

const path = join(root, 'docs/cookbook.md');
const cookbook = readFileSync(path, 'utf8');
const isBlessing = process.env.BLESS === '1';

interface Recipe {
  readonly title: string;
  /** Of its fixtures. */
  readonly folder: string;
  readonly files: readonly { readonly name: string; readonly text: string }[];
  readonly commands: string;
  readonly shown: string;
}

function recipesOf(markdown: string): Recipe[] {
  return [...markdown.matchAll(/^## (.+)\n([\s\S]*?)(?=^## |(?![\s\S]))/gm)].map(([, title = '', body = '']) => {
    const blocks = [...body.matchAll(/^```(yaml|sh|text)\n([\s\S]*?)^```$/gm)];
    const textOf = (language: string) => blocks.find((block) => block[1] === language)?.[2] ?? '';
    const yaml = blocks.filter((block) => block[1] === 'yaml').map((block) => block[2]!);
    const files = yaml.map((text) => ({ name: /^# (\S+\.yaml)\n/.exec(text)?.[1] ?? '', text }));
    const folder = title.toLowerCase().replaceAll(' ', '-');
    return { title, folder, files, commands: textOf('sh'), shown: textOf('text') };
  });
}

const recipes = recipesOf(cookbook);
const work = workDirectory();
const outputs = new Map<string, string>();
let receiver: Receiver;

/** A server that is busy for the first request to /events, and refuses the first one to /orders. */
class Receiver {
  readonly server: Server;
  readonly answers: string[] = [];
  /** What it has taken. */
  readonly taken: Record<string, string> = {};

  constructor() {
    const seen = new Set<string>();
    this.server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.on('end', () => {
        const url = request.url ?? '';
        const status = seen.has(url) ? 200 : url === '/events' ? 503 : 422;
        seen.add(url);
        this.answers.push(`${request.method} ${url} ${request.headers['content-type']} ${status}`);
        if (status === 200) this.taken[url] = (this.taken[url] ?? '') + body;
        response.writeHead(status).end();
      });
    });
  }

  get variables(): NodeJS.ProcessEnv {
    const { port } = this.server.address() as AddressInfo;
    return { PAGER_URL: `http://127.0.0.1:${port}/events`, ORDERS_URL: `http://127.0.0.1:${port}/orders` };
  }
}

beforeAll(async () => {
  receiver = new Receiver();
  await new Promise<void>((listening) => receiver.server.listen(0, '127.0.0.1', listening));
});

afterAll(() => {
  receiver.server.close();
  work.remove();
  if (!isBlessing) return;
  let text = cookbook;
  for (const { commands, shown } of recipes)
    text = text.replace(
      `${commands}\`\`\`\n\n\`\`\`text\n${shown}`,
      () => `${commands}\`\`\`\n\n\`\`\`text\n${outputs.get(commands)}`,
    );
  writeFileSync(path, text);
});

async function prepare({ folder, files, commands }: Recipe): Promise<string> {
  const directory = join(work.path, folder);
  const fixture = join(root, 'fixtures/cookbook', folder);
  cpSync(fixture, directory, { recursive: true, filter: (from) => from !== join(fixture, 'expected') });
  for (const { name, text } of files) writeFileSync(join(directory, name), text);
  const plugins = { 'mapper.wasm': 'scaffold', 'price.wasm': 'price', 'plugins/conn.component.wasm': 'zeek-conn' };
  for (const [name, plugin] of Object.entries(plugins)) {
    if (!files.some(({ text }) => text.includes(`./${name}`)) && !commands.includes(`bench ${name}`)) continue;
    mkdirSync(join(directory, 'plugins'), { recursive: true });
    cpSync(await pluginFile(`fixtures/plugins/as/${plugin}/plugin.ts`), join(directory, name));
  }
  return directory;
}

/** What a shell shows of the commands: both streams together. */
async function shell(commands: string, directory: string): Promise<{ output: string; code: number | null }> {
  const script = `exec 2>&1\nslung() { "$NODE" "$SLUNG" "$@"; }\n${commands}`;
  const env = environment({ ...receiver.variables, LC_ALL: 'C.UTF-8' });
  const child = spawn('bash', ['-c', script], { cwd: directory, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { output, code };
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();
}

test('each has its files, its commands and what they show', () => {
  expect(recipes).toHaveLength(19);
  for (const { title, files, commands } of recipes) {
    const isTopology = files.length > 0;
    expect(
      files.map(({ name }) => name),
      title,
    ).not.toContain('');
    expect(commands, title).toMatch(isTopology ? /slung run -c slung.yaml/ : /slung (select|count|generate|bench) /);
  }
  const folders = readdirSync(join(root, 'fixtures/cookbook'));
  expect(recipes.map(({ folder }) => folder).sort()).toEqual(folders.sort());
});

test.each(recipes.map((recipe) => [recipe.title, recipe] as const))('%s', async (_, recipe) => {
  const directory = await prepare(recipe);
  const { output, code } = await shell(recipe.commands, directory);
  outputs.set(recipe.commands, output);
  if (!isBlessing) expect(output).toBe(recipe.shown);
  expect(code, output).toBe(0);
  const expected = join(root, 'fixtures/cookbook', recipe.folder, 'expected');
  if (!existsSync(expected)) return;
  for (const file of filesBelow(expected)) {
    if (isBlessing) cpSync(join(directory, file), join(expected, file));
    expect(readFileSync(join(directory, file), 'utf8'), file).toBe(readFileSync(join(expected, file), 'utf8'));
  }
});

test('the receiver got what was tried again and what was sent again, once', () => {
  const post = (url: string, status: number) => `POST ${url} application/x-ndjson ${status}`;
  expect(receiver.answers).toEqual([
    ...[post('/events', 503), post('/events', 200)],
    ...[post('/orders', 422), post('/orders', 200)],
  ]);
  const events = receiver.taken['/events']!.trimEnd().split('\n');
  expect(events.map((line) => JSON.parse(line).service)).toEqual(['billing', 'mailer']);
  const orders = readFileSync(join(root, 'fixtures/cookbook/dead-letters/orders.ndjson'), 'utf8');
  expect(receiver.taken['/orders']).toBe(orders);
});
