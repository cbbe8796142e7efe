/**
 * test/ mirrors src/: a test of src/a/b.ts or of src/a/asm/b.ts is test/a/b.test.ts, or
 * test/a/b-ASPECT.test.ts where there are several; a test of a README has its folder. What is tested as a whole stands
 * below.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { filesIn, root } from './support/source.ts';

/** Folders of tests that mirror no folder of src. */
const folders: Readonly<Record<string, string>> = {
  'test/': 'rules of the whole project',
  'test/api/': 'src/index.ts',
  'test/bench/': 'bench/',
  'test/cli/conventions/': 'what users of other filters rely on',
  'test/pipes/': 'bin/slung.js',
};

/** Tests of several files: what they test (a path), or what holds them together. */
const others: Readonly<Record<string, string>> = {
  'test/cli/plugin.test.ts': 'src/cli/commands-plugin.ts',
  'test/cli/printed.test.ts': 'man/',
  'test/cli/store.test.ts': 'src/cli/commands-store.ts',
  'test/engine/select.test.ts': 'src/engine/asm/match.ts',
  'test/nats/mistakes.test.ts': 'what is wrong with a server of NATS, in its words',
  'test/pipeline/unsparsify.test.ts': 'src/stage/select/all-columns.ts',
  'test/plugin/caught.test.ts': 'guests that catch what is thrown at them, of every kind',
  'test/plugin/component/fuzz.test.ts': 'damaged components through parser, linker and inspection',
  'test/plugin/hostile-streams.test.ts': 'guests that do harm while they read a stream, of every kind',
  'test/plugin/hostile.test.ts': 'guests that do harm, of every kind',
  'test/plugin/lane/calls.test.ts': 'src/stage/plugin/call-watch.ts',
  'test/plugin/lane/talk.test.ts': 'src/plugin/lane/lane-talk.ts',
  'test/plugin/sdk/mappers.test.ts': 'src/plugin/sdk/slung/as.ts',
  'test/plugin/sdk/members.test.ts': 'copies of records, which a plugin of fixtures/plugins/as makes',
  'test/plugin/sdk/numbers.test.ts': 'src/plugin/sdk/slung/float.ts',
  'test/plugin/sdk/sdk.test.ts': 'src/plugin/sdk/slung/as.ts',
  'test/plugin/services/threads.test.ts': 'src/plugin/services/services-worker.ts',
  'test/plugin/slung/oracle.test.ts': 'src/plugin/slung/query-image.ts',
  'test/plugin/tangent/logview-fuzz.test.ts': 'src/engine/asm/views.ts',
  'test/plugin/tangent/logview-handles.test.ts': 'src/engine/asm/view-handles.ts',
  'test/plugin/tangent/logview-traps.test.ts': 'src/plugin/tangent/adapter.ts',
  'test/plugin/tangent/logview.test.ts': 'src/engine/asm/views.ts',
  'test/plugin/told.test.ts': 'messages about plugins, from whatever notices',
  'test/plugin/wasi/components.test.ts': 'src/plugin/wasi/preview2.ts',
  'test/query/property.test.ts': 'random queries through parser and evaluation',
  'test/selector/oracle.test.ts': 'test/selector/oracle.ts',
  'test/selector/regex/errors.test.ts': 'src/selector/regex/error.ts',
  'test/stage/plugin/fuzz.test.ts': 'damaged plugins through a whole run',
  'test/stage/plugin/lanes.test.ts': 'src/stage/plugin/lane.ts',
  'test/stage/plugin/record.test.ts': 'src/stage/points/recording.ts',
  'test/stage/plugin/steps.test.ts': 'src/engine/steps.ts',
  'test/stage/plugin/streams.test.ts': 'src/plugin/lane/serve-stream.ts',
  'test/stage/points/resume.test.ts': 'src/graph/position.ts',
  'test/stage/points/same-time.test.ts': 'src/store/numbering.ts',
  'test/stage/points/store-write.test.ts': 'src/pipeline/store-write.ts',
  'test/topology/fuzz.test.ts': 'damaged topologies through reading and checking',
  'test/topology/mistakes.test.ts': 'what is wrong with a topology, in its words',
  'test/store/answers/answers.test.ts': 'questions to whole stores, against an oracle',
  'test/store/faults.test.ts': 'a store on a disk that fails at any call',
  'test/store/full-disk.test.ts': 'a store on a disk that is full',
  'test/store/history/exact.test.ts': 'answers that were wrong in their last digits',
  'test/store/kill.test.ts': 'a store whose process is killed at any moment',
  'test/store/lost-files.test.ts': 'src/store/care/repair.ts',
  'test/store/maintenance.test.ts': 'src/store/care/maintain.ts',
  'test/store/model.test.ts': 'random operations on a store, against a model',
  'test/store/same-time.test.ts': 'src/store/numbering.ts',
  'test/store/segment/damage.test.ts': 'src/store/segment/reader.ts',
  'test/store/segment/golden.test.ts': 'src/store/FORMAT.md',
  'test/store/segment/segment.test.ts': 'src/store/segment/writer.ts',
  'test/store/take-over.test.ts': 'src/store/files/lock.ts',
};

const tests = filesIn('test').filter((path) => path.endsWith('.test.ts'));
const exists = (path: string): boolean => existsSync(join(root, path));

/** What the name of a test says that it tests; undefined when there is no such file. */
function counterpartOf(path: string): string | undefined {
  const folder = dirname(path).replace(/^test/, 'src');
  const words = basename(path, '.test.ts').split('-');
  if (words[0] === 'readme') return [`${folder}/README.md`].find(exists);
  return words
    .map((_, i) => words.slice(0, words.length - i).join('-'))
    .flatMap((name) => [`${folder}/${name}.ts`, `${folder}/asm/${name}.ts`])
    .find(exists);
}

test('every test says by its name what it tests, or here', () => {
  const lost = tests.filter(
    (path) => !(`${dirname(path)}/` in folders) && !(path in others) && counterpartOf(path) === undefined,
  );
  expect(lost).toEqual([]);
});

test('what stands here is there, and needs to stand here', () => {
  expect(Object.keys(others).filter((path) => !exists(path) || counterpartOf(path) !== undefined)).toEqual([]);
  const targets = [...Object.values(folders), ...Object.values(others)].filter((target) => !target.includes(' '));
  expect(targets.filter((target) => !exists(target))).toEqual([]);
  const idle = Object.keys(folders).filter((folder) => !tests.some((path) => `${dirname(path)}/` === folder));
  expect(idle).toEqual([]);
});
