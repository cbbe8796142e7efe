/** Topologies from text, as `slung check` reads them, for tests. */
import { flags } from '../../src/cli/flags/table.ts';
import { parseGrant } from '../../src/plugin/services/grants.ts';
import {
  checkTopology,
  keyTable,
  Problems,
  renderProblem,
  type SourceText,
  sortProblems,
  type Topology,
  TopologyError,
} from '../../src/topology/index.ts';
import type { Node } from '../../src/topology/node.ts';
import { readYaml } from '../../src/topology/read-yaml.ts';
import type { Environment } from '../../src/topology/variables.ts';

export const table = keyTable(
  (long) =>
    flags.find((flag) => flag.long === long && flag.commands.includes('run')) ??
    flags.find((flag) => flag.long === long),
);

export const environment: Environment = { EMPTY: '', LANES: '4', WORDS: 'a: "b"\n- c', PASSWORD: 'hunter2' };

export function sourceOf(text: string, name = 'slung.yaml'): SourceText {
  return { name, text, isFile: true };
}

export function checkHost(text: string): string | undefined {
  try {
    parseGrant(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

export const checkOptions = { table, directory: '/base', checkHost };

export function treeOf(text: string, problems = new Problems(), given: Environment = environment): Node | undefined {
  return readYaml(sourceOf(text), given, problems);
}

/** @throws TopologyError */
export function topologyOf(text: string, given: Environment = environment, name = 'slung.yaml'): Topology {
  const problems = new Problems();
  const source = sourceOf(text, name);
  return checkTopology(readYaml(source, given, problems), source, checkOptions, problems);
}

/** What is said of a text: its problems, or nothing. */
export function saidOf(text: string, given: Environment = environment, name = 'slung.yaml'): string {
  try {
    return topologyOf(text, given, name)
      .warnings.slice(0, 30)
      .map((problem) => `${renderProblem(problem)}\n`)
      .join('');
  } catch (error) {
    if (!(error instanceof TopologyError)) throw error;
    return sortProblems(error.problems)
      .slice(0, 30)
      .map((problem) => `${renderProblem(problem, error.secrets)}\n`)
      .join('');
  }
}
