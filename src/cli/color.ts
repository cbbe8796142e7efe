/**
 * Whether to colour, per stream, and with what. The order is --color, FORCE_COLOR, NO_COLOR, TERM=dumb, terminal or
 * not; it is decided here because chalk does not read NO_COLOR. chalk itself is imported only when the level is not 0,
 * so a run in a pipe never pays for loading it.
 */
import type { ColorWhen } from '../config/settings.ts';
import type { Environment } from './sources.ts';

/** chalk's levels: none, 16 colours, 256, millions. */
export type ColorLevel = 0 | 1 | 2 | 3;

export interface ColorQuestion {
  readonly when: ColorWhen;
  readonly environment: Environment;
  /** The stream to be written to is a terminal. */
  readonly isTTY: boolean;
}

/** The level for one stream. An empty variable is the same as none. */
export function colorLevel({ when, environment, isTTY }: ColorQuestion): ColorLevel {
  if (when !== 'auto') return when === 'always' ? 1 : 0;
  const forced = environment.FORCE_COLOR ?? '';
  if (forced === '0' || forced === 'false') return 0;
  if (forced === '2' || forced === '3') return Number(forced) as ColorLevel;
  if (forced !== '') return 1;
  if ((environment.NO_COLOR ?? '') !== '') return 0;
  if (environment.TERM === 'dumb') return 0;
  return isTTY ? 1 : 0;
}

/** The few styles in use. Each returns its text, with or without escape sequences around it. */
export interface Paint {
  error(text: string): string;
  warning(text: string): string;
  faint(text: string): string;
  strong(text: string): string;
  /** One of the lines of a plot. Undefined: without colours. */
  readonly line?: ((line: number, text: string) => string) | undefined;
}

const same = (text: string): string => text;

/** For files, pipes and tests. */
export const plainPaint: Paint = { error: same, warning: same, faint: same, strong: same };

/** The styles for a level; loads chalk when there is something to colour. */
export async function paintFor(level: ColorLevel): Promise<Paint> {
  if (level === 0) return plainPaint;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level });
  // Neighbours differ also for those who cannot tell red from green.
  const lines = [chalk.cyan, chalk.yellow, chalk.magenta, chalk.green, chalk.blue, chalk.red];
  return {
    line: (line, text) => lines[line % lines.length]!(text),
    error: (text) => chalk.bold.red(text),
    warning: (text) => chalk.yellow(text),
    faint: (text) => chalk.dim(text),
    strong: (text) => chalk.bold(text),
  };
}
