/** `tests`: what slung test runs. Only their form is checked here. */
import { quoted } from '../text/printable.ts';
import type { Drafts } from './drafts.ts';
import { entryOf, isNothing, type MapNode, type Node, shapeOf } from './node.ts';
import type { Records, TopologyTest } from './topology.ts';
import { type WalkContext, walk } from './walk.ts';

export function readTests(top: MapNode, drafts: Drafts, context: WalkContext): TopologyTest[] {
  const node = entryOf(top, 'tests')?.value;
  if (node === undefined || isNothing(node)) return [];
  const { problems } = context;
  if (node.kind !== 'list') {
    problems.error({ code: 'type', message: `tests: ${shapeOf(node)} is no list`, place: node.place, path: 'tests' });
    return [];
  }
  const tests: TopologyTest[] = [];
  for (const [i, item] of node.items.entries()) {
    const path = `tests[${i}]`;
    if (item.kind !== 'map') {
      const hint = 'Its keys are name, into, input and expect.';
      problems.error({ code: 'type', message: `a test is a map, not ${shapeOf(item)}`, place: item.place, path, hint });
      continue;
    }
    const test = readTest(item, path, drafts, context);
    if (test === undefined) continue;
    const twin = tests.find(({ name }) => name === test.name);
    if (twin !== undefined)
      problems.error({
        code: 'name-twice',
        message: `two tests are called ${quoted(test.name, 60)}`,
        place: item.place,
        path,
      });
    tests.push(test);
  }
  return tests;
}

function readTest(item: MapNode, path: string, drafts: Drafts, context: WalkContext): TopologyTest | undefined {
  const { settings, entries } = walk(item, context.table.test, path, context);
  const { problems } = context;
  const into = entries.get('into')?.value;
  const node = into?.kind === 'scalar' ? drafts.resolve(into, 'from', `${path}.into`, false) : undefined;
  const expect = entries.get('expect')?.value;
  const expected = expect && readExpect(expect, `${path}.expect`, drafts, context);
  const input = settings.has('input') ? recordsOf(settings.list('input')) : undefined;
  if (into !== undefined && into.kind !== 'scalar') {
    problems.error({
      code: 'type',
      message: `into: ${shapeOf(into)} is no node`,
      place: into.place,
      path: `${path}.into`,
    });
  }
  if (node === undefined || expected === undefined || input === undefined || !settings.has('name')) return undefined;
  const about = { name: settings.text('name'), into: node.name, input, expect: expected };
  return Object.freeze({ ...about, unordered: settings.boolean('unordered'), place: item.place });
}

/** Text that begins like JSON is records, a line each; any other is a file's path. */
function recordsOf(texts: readonly string[]): Records {
  const [first = ''] = texts;
  if (texts.length === 1 && !/^\s*[[{"\d-]/.test(first)) return Object.freeze({ file: first });
  return Object.freeze({ records: texts.flatMap((text) => text.split('\n').filter((line) => line.trim() !== '')) });
}

function readExpect(
  node: Node,
  path: string,
  drafts: Drafts,
  { problems, values }: WalkContext,
): Map<string, number | Records> | undefined {
  if (node.kind !== 'map') {
    problems.error({
      code: 'type',
      message: `expect: ${shapeOf(node)} is no map`,
      place: node.place,
      path,
      hint: 'Write expect: { SINK: 1 }.',
    });
    return undefined;
  }
  const expected = new Map<string, number | Records>();
  for (const { key, keyPlace, value } of node.entries) {
    const below = `${path}.${key}`;
    const word = {
      kind: 'scalar',
      place: keyPlace,
      text: key,
      offsets: undefined,
      isPlain: true,
      variable: undefined,
      tag: undefined,
    } as const;
    const sink = drafts.resolve(word, 'to', below, false);
    if (sink !== undefined && sink.kind !== 'sink') {
      problems.error({
        code: 'direction',
        message: `expect: ${quoted(sink.name, 60)} is a ${sink.kind}, not a sink`,
        place: keyPlace,
        path: below,
      });
      continue;
    }
    const isCount = value.kind === 'scalar' && value.isPlain && /^\d{1,15}$/.test(value.text);
    const key_ = { name: key, type: 'texts', doc: '' } as const;
    const texts = isCount || (value.kind === 'list' && value.items.length === 0) ? [] : values.read(key_, value, below);
    if (sink === undefined || texts === undefined) continue;
    expected.set(sink.name, isCount ? Number(value.text) : recordsOf(texts as readonly string[]));
  }
  return expected;
}
