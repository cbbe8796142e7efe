/**
 * Every npm tool that is installed gives the same answer to every task: on 1 MiB of each shape, its output is compared
 * with the JSON.parse loop's, and the loop's with an evaluation written out here. Correctness only, no timing.
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Command, checking, generator, type Shape, type Tool, taskList, tooling } from './programs.ts';

const folder = mkdtempSync(join(tmpdir(), 'slung-test-baselines-'));
const input = (shape: Shape): string => join(folder, `${shape}.ndjson`);
const { peers, reference, slung } = tooling;
/**
 * Native peers need `npm i --prefix bench` and a compiler. Tools of this machine (jq, mlr) come in versions with
 * habits of their own; the bench itself checks those.
 */
const compared = [slung, ...peers].filter((tool) => {
  const command = tool.command({ kind: 'validate' }, '', '');
  return (
    tool !== reference &&
    tool.missing() === undefined &&
    typeof command === 'object' &&
    (tool.native || command.command === process.execPath)
  );
});

/** Runs a tool; its output is then in the file that is returned. Undefined: it cannot do this task. */
async function run(tool: Tool, shape: Shape, task: string): Promise<string | undefined> {
  const spec = taskList.specOf(shape, task);
  const output = join(folder, `${tool.name} ${shape} ${task}`.replaceAll(/\W+/g, '-'));
  const command = tool.command(spec, input(shape), output);
  if (typeof command === 'string') return undefined;
  await execute(command, output);
  // DuckDB writes the file itself; slung's statistics go to standard error.
  return tool === slung && spec.kind === 'validate' ? `${output}.err` : output;
}

/** Both outputs go to files, as in the bench (a Node pipe would not block, and the baselines write synchronously). */
async function execute(command: Command, output: string): Promise<void> {
  const fds = [openSync(output, 'w'), openSync(`${output}.err`, 'w')] as const;
  const env = { ...process.env, ...command.env };
  const child = spawn(command.command, command.args, { stdio: ['ignore', ...fds], env });
  for (const fd of fds) closeSync(fd);
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`exit code ${code}: ${readFileSync(`${output}.err`, 'utf8')}`);
}

beforeAll(() => {
  for (const shape of generator.SHAPES) {
    writeFileSync(input(shape), Buffer.concat([...generator.generate(shape, 1024 * 1024)]));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(generator.SHAPES)('%s', (shape) => {
  it.concurrent.each(taskList.TASKS)('%s', async (task) => {
    const expected = (await run(reference, shape, task)) ?? '';
    expect(readFileSync(expected).length).toBeGreaterThan(0);
    for (const tool of compared) {
      const actual = await run(tool, shape, task);
      if (actual === undefined) continue;
      const result = checking.compareOutputs(taskList.specOf(shape, task), expected, actual);
      expect(result, `${tool.name}, ${shape} ${task}`).toHaveProperty('agreement');
    }
  });
});

describe('the JSON.parse loop', () => {
  const records = (shape: Shape): { line: string; record: Record<string, unknown> }[] =>
    readFileSync(input(shape), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => ({ line, record: JSON.parse(line) }));

  it('filters', async () => {
    const output = (await run(reference, 'flat', 'filter')) ?? '';
    const want = records('flat').filter(({ record }) => (record.source as { name: string }).name === 'myservice');
    expect(readFileSync(output, 'utf8')).toBe(want.map(({ line }) => `${line}\n`).join(''));
  });

  it('leaves members out that a record has not, and keeps the order of the columns', async () => {
    const file = join(folder, 'own.ndjson');
    writeFileSync(file, '{"b":1,"a":{"x":"é"}}\n\n{"b":null}\n[1]\n{"a":{"x":"last, \\"quoted\\""}}');
    const specs = taskList.customSpecs(JSON.parse('{"b":1,"a":{"x":"é"}}'), undefined, 'a.x,b');
    const answers: Record<string, string> = {};
    for (const task of ['project', 'csv', 'validate']) {
      const command = reference.command(specs[task] ?? { kind: 'validate' }, file, '');
      if (typeof command === 'string') throw new Error(command);
      const output = join(folder, `own ${task}`);
      await execute(command, output);
      answers[task] = readFileSync(output, 'utf8');
    }
    expect(answers).toEqual({
      project: '{"a.x":"é","b":1}\n{"b":null}\n{}\n{"a.x":"last, \\"quoted\\""}\n',
      csv: 'a.x,b\né,1\n,\n,\n"last, ""quoted""",\n',
      validate: '4\n',
    });
  });
});
