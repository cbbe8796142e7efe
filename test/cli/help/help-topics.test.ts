/** `slung help TOPIC`: the texts of the man pages of section 7, in the terminal. */
import { describe, expect, test } from 'vitest';
import { topics } from '../../../src/cli/help/help-topics.ts';
import { slung } from '../support.ts';

describe.each(topics.map((topic) => [topic.name, topic] as const))('slung help %s', (name, { page, doc }) => {
  test('shows its text, without the marks of Markdown', async () => {
    const { code, out, err } = await slung(['help', name]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.startsWith(`slung help ${name}: ${doc}\n`)).toBe(true);
    expect(out.endsWith(`The same as a man page: ${page}\n`)).toBe(true);
    expect(out.split('\n').length).toBeGreaterThan(30);
    expect(out).not.toMatch(/^(?:#|```|\|-)/m);
  });

  test('its headings are strong where there are colours', async () => {
    expect((await slung(['help', name, '--color', 'always'])).out).toContain('\u001b[1m');
  });
});

test('other words for them, and misspelt ones', async () => {
  expect((await slung(['help', 'selector'])).out).toContain('slung help selectors');
  const { code, err } = await slung(['help', 'selectrs']);
  expect(code).toBe(2);
  expect(err).toContain('no help for "selectrs" (did you mean selectors?)');
  expect(err).toContain('Topics: selectors, plugins, queries, templates.');
});
