/** `slung test`: runs the tests of a topology and reports on standard output. */
import { UsageError } from '../../config/errors.ts';
import { nearest } from '../../selector/suggest.ts';
import { Exit } from '../../text/explained.ts';
import { excerpt, messageLine, quoted } from '../../text/printable.ts';
import { TopologyError, type TopologyTest } from '../../topology/index.ts';
import { colorLevel, type Paint, paintFor } from '../color.ts';
import { resolveLine } from '../line.ts';
import { diffText } from '../plugin/test-report.ts';
import { loadTopology, readTopologyFile, topologyKeys } from '../topology/file.ts';
import { reportOptions, reportProblems } from '../topology/report.ts';
import { resolveOver, topologySettings } from '../topology/settings.ts';
import { runTest, type TestResult } from '../topology/test.ts';
import type { World } from '../world.ts';

/** The exit code: 0 when all have passed, 1 when one has not. @throws UsageError */
export async function testCommand(argv: readonly string[], world: World): Promise<number> {
  const { resolved, operands } = resolveLine('test', argv, world.environment);
  const options = await reportOptions(resolved, world);
  const when = resolved.choice('color');
  const paint = await paintFor(colorLevel({ when, environment: world.environment, isTTY: world.isTTY(1) }));
  try {
    const text = readTopologyFile(resolved.optionalText('config'), world);
    const { topology, plugins, secrets } = await loadTopology(text, resolved, topologyKeys(), world);
    reportProblems(topology.warnings, secrets, options);
    const settings = topologySettings(topology, plugins, resolveOver('test', argv, topology, world), [], world);
    const tests = chosen(topology.tests, operands, topology.file);
    let failed = 0;
    for (const test of tests) {
      const result = await runTest(test, settings, world);
      if (!result.passed) failed++;
      world.write(1, resolved.boolean('json') ? `${JSON.stringify(result)}\n` : lineOf(result, paint));
    }
    return failed === 0 ? Exit.ok : Exit.data;
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    reportProblems(error.problems, error.secrets, options);
    return error.exit;
  }
}

/** @throws UsageError when there is none, or none of a name */
function chosen(tests: readonly TopologyTest[], names: readonly string[], file: string): readonly TopologyTest[] {
  if (tests.length === 0) {
    const example = 'tests:\n  - { name: errors, into: stdin, input: \'{"level":"error"}\', expect: { stdout: 1 } }';
    throw new UsageError(`${excerpt(file)} has no tests`, `For example:\n${example}`);
  }
  if (names.length === 0) return tests;
  return names.map((name) => {
    const found = tests.find((test) => test.name === name);
    if (found !== undefined) return found;
    const near = nearest(name, new Set(tests.map((test) => test.name)));
    const hint = near === undefined ? `There are: ${tests.map((test) => excerpt(test.name)).join(', ')}` : '';
    throw new UsageError(
      `no test is called ${quoted(name)}${near === undefined ? '' : `; did you mean ${quoted(near)}?`}`,
      hint,
    );
  });
}

function lineOf({ name, passed, reason, diff, talk }: TestResult, paint: Paint): string {
  if (passed) return `ok      ${messageLine(name)}\n`;
  const lines = [
    `${paint.error('FAILED')}  ${messageLine(`${name}: ${reason}`)}`,
    ...(diff.length === 0 ? [] : [`        ${paint.faint('- expected, + came')}`]),
    ...diff.map((line) => `        ${diffText(line, paint)}`),
    ...talk.flatMap((text) => text.split('\n')).map((text) => `        ${paint.faint(messageLine(`slung: ${text}`))}`),
  ];
  return `${lines.join('\n')}\n`;
}
