/**
 * `slung plugin test`: every case is a run of `slung run` over files in a temporary folder: the settings come from the
 * same function and the run is the same code. What the environment says is left out, so that a test means the same
 * everywhere.
 *
 * The surprising part: a case says options, but not all of them. What grants rights, reads or writes other files is
 * only taken from the command line, because the cases belong to the plugin and the rights to whoever runs it.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { PluginFileError, UsageError } from '../../config/errors.ts';
import { resolveLayers } from '../../config/layers.ts';
import { runSettings } from '../../config/run.ts';
import { sourceEndings } from '../../plugin/authoring/build.ts';
import {
  CaseError,
  expectedOf,
  hasTests,
  pluginOfFolder,
  readCases,
  type TestCase,
  updateExpected,
} from '../../plugin/authoring/test-cases.ts';
import { compareOutput, type Verdict } from '../../plugin/authoring/test-compare.ts';
import { Exit } from '../../text/explained.ts';
import { flagsOf } from '../flags/flags.ts';
import { parseFlags } from '../parse.ts';
import { buildSource } from '../plugin/build.ts';
import { loadPlugin, runSources } from '../plugin/files.ts';
import { pluginArguments } from '../plugin/flags.ts';
import { pluginFolders } from '../plugin/folders.ts';
import { type PluginLimits, pluginLimits } from '../plugin/read.ts';
import { type CaseReport, reportText } from '../plugin/test-report.ts';
import { defaultLayer, flagLayer } from '../sources.ts';
import type { World } from '../world.ts';

/** Options that a case may not give itself. */
const withheld: readonly string[] = [
  'output',
  'rejects',
  'cache',
  'listen',
  'listen-token',
  'listen-origin',
  'then',
  'plugin',
  'allow-net',
  'allow-env',
  'allow-read',
  'errors',
  'color',
  'help',
  'version',
  'stats',
  'quiet',
  'verbose',
];

/** What the command line grants to all cases, in the form of options. */
type Grants = readonly string[];

/** Runs the cases and reports on standard output. @throws UsageError, PluginFileError */
export async function pluginTestCommand(argv: readonly string[], world: World): Promise<number> {
  const line = await pluginArguments('plugin test', argv, world, [0, 1, 'a name or a file']);
  const { resolved, paint } = line;
  const limits = pluginLimits(resolved);
  const grants = [
    ...resolved.list('allowNet').map((host) => `--allow-net=${host}`),
    ...resolved.list('allowEnv').map((name) => `--allow-env=${name}`),
    ...resolved.list('allowRead').map((directory) => `--allow-read=${directory}`),
    `--load-limit=${limits.loadLimitMs}ms`,
  ];
  const reports: CaseReport[] = [];
  const bytesOf = new Map<string, Promise<Uint8Array>>();
  for (const { plugin, folder } of subjects(line.operands[0], world)) {
    for (const test of readCasesOf(folder, world)) {
      const file = test.options.plugin === undefined ? plugin : resolve(test.folder, test.options.plugin);
      if (file === undefined) throw noPlugin(folder, world);
      const bytes = bytesOf.get(file) ?? moduleOf(file, world, limits);
      bytesOf.set(file, bytes);
      const report = await runCase(
        test,
        { file, bytes: await bytes, grants, update: resolved.boolean('update') },
        world,
      );
      reports.push(report);
      if (!resolved.boolean('json')) world.write(1, reportText(report, paint));
    }
  }
  const failed = reports.filter(({ passed }) => !passed).length;
  const counts = { passed: reports.length - failed, failed };
  if (resolved.boolean('json')) world.write(1, `${JSON.stringify({ ...counts, cases: reports })}\n`);
  else world.write(1, `${counts.passed} passed${failed === 0 ? '' : `, ${paint.error(`${failed} failed`)}`}\n`);
  return failed === 0 ? Exit.ok : Exit.data;
}

interface Subject {
  /** The folder's plugin; undefined when there is none. */
  readonly plugin: string | undefined;
  readonly folder: string;
}

/** The plugins to be tested. @throws UsageError when there is nothing to test */
function subjects(word: string | undefined, world: World): Subject[] {
  if (word !== undefined && [...sourceEndings, '.wasm'].includes(extname(word))) {
    const plugin = resolve(world.directory(), word);
    return [{ plugin, folder: dirname(plugin) }];
  }
  const folders = pluginFolders(word, world, hasTests);
  if (folders.length === 0) {
    throw new UsageError('plugin test: there is no folder with tests here', 'To begin a plugin: slung plugin new NAME');
  }
  return folders.map((folder) => ({ plugin: pluginOfFolder(folder), folder }));
}

function noPlugin(folder: string, world: World): PluginFileError {
  const name = basename(folder);
  const endings = [...sourceEndings, '.wasm'].map((ending) => name + ending);
  return new PluginFileError(
    `${relative(world.directory(), folder) || '.'}: there is no plugin to test`,
    `It would be ${endings.join(', ')}. Or name it: slung plugin test FILE`,
  );
}

function readCasesOf(folder: string, world: World): TestCase[] {
  try {
    return readCases(folder);
  } catch (error) {
    throw error instanceof CaseError ? new UsageError(error.message.replace(`${world.directory()}/`, '')) : error;
  }
}

async function moduleOf(file: string, world: World, limits: PluginLimits): Promise<Uint8Array> {
  const label = relative(world.directory(), file);
  if (extname(file) === '.wasm') return (await loadPlugin(file, file, world, limits)).bytes;
  return await buildSource(file, label, world);
}

/** What is run, for all cases of a plugin. */
interface Run {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly grants: Grants;
  readonly update: boolean;
}

async function runCase(test: TestCase, subject: Run, world: World): Promise<CaseReport> {
  const plugin = basename(subject.file, extname(subject.file));
  const ran = await runOnce(test, plugin, subject, world);
  const about = { plugin, case: test.name, talk: ran.talk };
  if (ran.code !== test.options.exit) {
    const reason = `the exit code is ${ran.code}, ${test.options.exit} was expected`;
    return { ...about, passed: false, updated: false, reason, diff: [] };
  }
  try {
    const isToBeWritten = subject.update && test.options.compare !== 'empty';
    const subjectOfTest = isToBeWritten ? { ...test, expected: expectedOf(test, ran.output) } : test;
    // What a run without --update would refuse is not written: the output passes as its own expectation, or fails.
    const verdict = verdictOf(subjectOfTest, ran.output);
    if (!verdict.passed) return { ...about, updated: false, ...verdict };
    const updated = isToBeWritten && updateExpected(test, subjectOfTest.expected!);
    return { ...about, passed: true, updated, reason: '', diff: [] };
  } catch (error) {
    if (!(error instanceof CaseError || error instanceof SyntaxError)) throw error;
    const what = subject.update ? 'the output' : basename(test.expectedFile);
    const reason = error instanceof CaseError ? error.message : `${what}: ${error.message}`;
    return { ...about, passed: false, updated: false, reason, diff: [] };
  }
}

function verdictOf(test: TestCase, output: string): Verdict {
  if (test.expected === undefined && test.options.compare !== 'empty') {
    const reason = `there is no ${basename(test.expectedFile)}; slung plugin test --update writes it`;
    return { passed: false, reason, diff: [] };
  }
  return compareOutput(output, test.expected ?? { text: '', isLines: true }, test.options.compare);
}

/** One run, from a file to a file. Errors of usage inside a case name the case. */
async function runOnce(test: TestCase, plugin: string, { file, bytes, grants }: Run, world: World) {
  const folder = mkdtempSync(join(tmpdir(), 'slung-test-'));
  const talk: string[] = [];
  try {
    const [input, output] = [join(folder, 'input.ndjson'), join(folder, 'output')];
    writeFileSync(input, test.input);
    const settings = await settingsOf(test, { plugin, file, bytes }, [...grants, `--output=${output}`], input, world);
    const runPlugins = await world.loadRunPlugins();
    const hear = (text: string): void => void talk.push(text.replaceAll(`${folder}/`, ''));
    const outcome = await runPlugins(settings, {
      talk: {
        error: hear,
        warn: hear,
        info: hear,
        verbose: () => {},
        guest: (name, line) => hear(`plugin ${name}: ${line}`),
      },
      progress: undefined,
      onSignal: () => () => {},
      clockMs: () => world.clockMs(),
    });
    const code: number = outcome.kind === 'done' ? outcome.code : -1;
    return { code, output: readIfThere(output), talk };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function settingsOf(
  test: TestCase,
  plugin: { readonly plugin: string; readonly file: string; readonly bytes: Uint8Array },
  added: readonly string[],
  input: string,
  world: World,
) {
  const flags = flagsOf('run');
  const place = join(relative(world.directory(), test.folder), 'options.json');
  try {
    const typed = parseFlags(test.options.run, flags);
    const refused = typed.flags.find(({ flag }) => withheld.includes(flag.long));
    if (refused !== undefined) throw new UsageError(`${refused.name} is not for a test case`);
    if (typed.operands.length > 0) throw new UsageError(`${typed.operands[0]} is not an option`);
    const resolved = resolveLayers([
      flagLayer([...typed.flags, ...parseFlags(added, flags).flags]),
      defaultLayer(flags, {}),
    ]);
    const load = async () => ({ name: plugin.plugin, file: plugin.file, bytes: plugin.bytes });
    return await runSettings(
      resolved,
      { plugin: plugin.plugin, files: [input], args: [] },
      { ...runSources(world, pluginLimits(resolved)), load },
    );
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${place}: ${error.message}`, error) : error;
  }
}

/** A run that fails leaves no output. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
