/** A template and what is made of it, as they are given on a command line. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../../config/errors.ts';
import type { Resolved } from '../../config/layers.ts';
import type { TemplateText } from '../../generate/errors.ts';
import type { GenerateOptions } from '../../generate/generate.ts';
import { parseTime, QueryError, renderQueryError } from '../../query/index.ts';
import { excerpt } from '../../text/printable.ts';
import { reasonOf } from '../plugin/read.ts';
import type { World } from '../world.ts';

/** @param file `-` is standard input. @throws UsageError when it cannot be read */
export function readTemplate(file: string, world: Pick<World, 'directory'>): TemplateText {
  const name = file === '-' ? '<stdin>' : file;
  try {
    const text = readFileSync(file === '-' ? 0 : resolve(world.directory(), file), 'utf8');
    if (text.trim() !== '') return { name, text };
  } catch (error) {
    throw new UsageError(`cannot read the template ${excerpt(name)}: ${reasonOf(error)}`);
  }
  throw new UsageError(
    `the template ${excerpt(name)} is empty`,
    `For example: {"id": {"$inc": {}}, "ms": {"$int": {}}}`,
  );
}

/** --seed, --start and --every. @throws UsageError */
export function generateOptions(resolved: Resolved): Omit<GenerateOptions, 'records'> {
  const everyUs = Math.floor(resolved.number('every') * 1000);
  return { seed: resolved.number('seed'), startUs: startUs(resolved.text('start')), everyUs };
}

function startUs(text: string): number {
  const hint =
    'For example: --start 2026-01-01T08:30:00Z. It is never now, so that the same seed gives the same bytes.';
  try {
    const time = parseTime(text);
    if (time.kind === 'absolute' && Number.isSafeInteger(Number(time.us))) return Number(time.us);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw new UsageError(`--start: ${renderQueryError(error).split('\n')[0]}`, hint);
  }
  throw new UsageError(`--start: ${excerpt(text)} is no fixed time`, hint);
}
