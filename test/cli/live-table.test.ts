/** A table that is drawn in its place: what a terminal shows of it, and how often. */
import { expect, test } from 'vitest';
import { LiveTable } from '../../src/cli/live-table.ts';

/** A screen that understands what is written: up, back to the left, erase a line's rest, erase what is below. */
class Screen {
  lines: string[] = [''];
  #row = 0;
  #column = 0;

  write(text: string): void {
    for (const part of text.split(/(\u001b\[\??\d*[A-Za-z]|\r|\n)/)) {
      const line = this.lines[this.#row] ?? '';
      if (part === '\r') this.#column = 0;
      else if (part === '\n') [this.#row, this.#column] = [this.#row + 1, 0];
      else if (part.endsWith('A') && part.startsWith('\u001b')) this.#row -= Number(part.slice(2, -1));
      else if (part === '\u001b[K') this.lines[this.#row] = line.slice(0, this.#column);
      else if (part === '\u001b[J') this.lines = this.lines.slice(0, this.#row);
      else if (!part.startsWith('\u001b')) {
        this.lines[this.#row] = line.slice(0, this.#column) + part + line.slice(this.#column + part.length);
        this.#column += part.length;
      }
    }
  }
}

function scene() {
  const screen = new Screen();
  const clock = { ms: 0, drawingMs: 0 };
  const waiting: { ms: number; act: () => void }[] = [];
  let picture: readonly string[] | undefined = [];
  let writes = 0;
  const table = new LiveTable({
    lines: () => {
      clock.ms += clock.drawingMs;
      return picture;
    },
    write: (text) => {
      writes++;
      screen.write(text);
    },
    clockMs: () => clock.ms,
    after: (ms, act) => {
      const one = { ms, act };
      waiting.push(one);
      return () => waiting.splice(waiting.indexOf(one), 1);
    },
  });
  const show = (lines: readonly string[] | undefined): void => {
    picture = lines;
    table.update();
  };
  /** Without the cursor's line. */
  const lines = (): string[] => screen.lines.map((line) => line.trimEnd()).filter((line) => line !== '');
  return { screen, clock, waiting, table, show, lines, writes: () => writes };
}

test('the table changes in its place, in one write, and what is shorter leaves nothing of what was longer', () => {
  const { screen, clock, show, lines, writes } = scene();
  screen.write('$ slung count\n');
  show(['level   count', 'error       1', 'a long name 1']);
  clock.ms += 1000;
  show(['level   count', 'info       12']);
  expect(lines()).toEqual(['$ slung count', 'level   count', 'info       12']);
  expect(writes()).toBe(2);
});

test('what comes too soon is drawn a little later, once', () => {
  const { clock, waiting, show, lines } = scene();
  show(['1']);
  clock.ms += 10;
  show(['2']);
  show(['3']);
  expect(lines()).toEqual(['1']);
  expect(waiting.map(({ ms }) => ms)).toEqual([240]);
  waiting[0]!.act();
  expect(lines()).toEqual(['3']);
});

test('a table that takes long to make is made seldom', () => {
  const { clock, waiting, show } = scene();
  clock.drawingMs = 100;
  show(['1']);
  show(['2']);
  expect(waiting.map(({ ms }) => ms)).toEqual([900]);
});

test('a message has it removed, and it comes again below', () => {
  const { screen, clock, waiting, table, show, lines } = scene();
  show(['count', '    1']);
  show(['count', '    2']);
  table.clear();
  expect(waiting).toEqual([]);
  screen.write('slung: a bad line\n');
  clock.ms += 1000;
  show(['count', '    3']);
  expect(lines()).toEqual(['slung: a bad line', 'count', '    3']);
  clock.ms += 1000;
  show(undefined);
  expect(lines()).toEqual(['slung: a bad line', 'count', '    3']);
});
