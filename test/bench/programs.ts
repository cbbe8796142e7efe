/**
 * The bench's modules with types for these tests. The bench is plain JavaScript with JSDoc (it must run before
 * anything is built), which this project's tsconfig does not look into; bench/tsconfig.json checks it.
 */
import { fileURLToPath } from 'node:url';

export type Shape = 'flat' | 'zeek' | 'github';
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly path: { readonly text: string; readonly steps: readonly (string | number)[] };
}
export type Spec =
  | { kind: 'filter'; op: 'eq' | 'regex'; value: string | number; path: Column['path'] }
  | { kind: 'project' | 'csv'; columns: readonly Column[] }
  | { kind: 'validate' };
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly stdinPipe?: { readonly file: string; readonly times: number };
}
export interface Tool {
  readonly name: string;
  readonly parses: boolean;
  readonly native?: boolean;
  missing(): string | undefined;
  command(spec: Spec, input: string, output: string): Command | string;
}
export interface Means {
  readonly core: number | undefined;
  readonly gnuTime: boolean;
}

export const benchFolder = fileURLToPath(new URL('../../bench/', import.meta.url));

/** `name` is computed on purpose: TypeScript then does not follow it. */
async function load<T>(name: string): Promise<T> {
  return (await import(`${benchFolder}${name}`)) as T;
}

export const generator = await load<{
  SHAPES: readonly Shape[];
  generate(shape: Shape, sizeBytes: number, seeds?: Buffer): Generator<Buffer>;
  ensureData(shape: Shape, sizeMib: number, seedsFolder?: string): string;
}>('generate.mjs');

export const measuring = await load<{
  readonly environment: NodeJS.ProcessEnv;
  parseTimeReport(text: string): { cpuSeconds: number; peakRssBytes: number };
  parseShellTimes(text: string): number;
  summarize(values: readonly number[]): { median: number; min: number; max: number };
  interleave<A, B>(runs: number, a: () => A, b: () => B): { a: A[]; b: B[] };
  probe(): Means;
  measure(
    command: Command,
    means: Means,
    to: { stdoutFile: string; stderrFile: string },
  ): { wallSeconds: number; cpuSeconds?: number; peakRssBytes?: number; exitCode: number | null };
}>('measure.mjs');

export const checking = await load<{
  compareOutputs(spec: Spec, expectedFile: string, actualFile: string): { agreement: string } | { difference: string };
  csvRows(chunks: Iterable<string>): Generator<string[]>;
  countIn(text: string): number;
}>('check.mjs');

export const taskList = await load<{
  TASKS: readonly string[];
  specOf(shape: Shape, task: string): Spec;
  customSpecs(sample: unknown, where: string | undefined, fields: string | undefined): Record<string, Spec>;
}>('tasks.mjs');

export const tooling = await load<{ slung: Tool; reference: Tool; peers: readonly Tool[] }>('tools.mjs');

export const reporting = await load<{
  round(value: number): string;
  table(head: readonly string[], rows: readonly (readonly string[])[]): string;
  replaceSection(text: string, name: string, body: string): string | undefined;
}>('report.mjs');

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}
export interface Result {
  readonly shape: string;
  readonly task: string;
  readonly spec: Spec;
  readonly place: string;
  readonly output: string;
  readonly cores: number;
  readonly rows: readonly {
    readonly tool: string;
    readonly failed: boolean;
    readonly native?: boolean;
    readonly absent?: string;
    readonly output?: string;
    readonly mbPerSecond?: Summary;
    readonly cpuSeconds?: number;
    readonly slungTimes?: Summary;
    readonly slungTimesCpu?: Summary;
  }[];
}

export const throughputReport = await load<{
  section(result: Result, where?: string): string;
  nativeTable(results: readonly Result[], peer: { file: string; about: string } | { missing: string }): string;
  readmeTable(results: readonly Result[], head: string): string;
  headline(results: readonly Result[]): string;
}>('throughput-report.mjs');

export interface PluginRow {
  readonly what: string;
  readonly unit: string;
  readonly must?: number;
  readonly aim?: number;
  readonly isMost: boolean;
  readonly got?: { readonly median: number; readonly min: number; readonly max: number };
  readonly absent?: string;
}

export const pluginRecords = await load<{
  generateRecords(kind: 'mapper' | 'events', count: number): Generator<string>;
  ensureRecords(kind: 'mapper' | 'events', count: number): string;
  callScript(mode: number, few: { lines: number; calls: number }, measured: { lines: number; calls: number }): string;
}>('plugin-records.mjs');

export const pluginMeasuring = await load<{
  verdict(row: PluginRow): string;
  cells(row: PluginRow): string[];
  parseStats(stderr: string): Record<string, unknown>;
}>('plugin-measure.mjs');
