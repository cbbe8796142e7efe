#!/usr/bin/env node
// Several bundles of the same program: a filter starts faster without what it does not need
// (src/cli/command-table.ts).
// Node lets debuggers in at this signal. It asks a topology for its figures, and may come too early, or to a filter.
process.on('SIGUSR1', () => {});
const args = process.argv.slice(2);
// Printed by `npm run man`:
const commands = {
  __proto__: null,
  select: {
    bundle: 'select',
    wholeWith: [
      '--from',
      '--files-from',
      '--glob',
      '--prefix',
      '--pretty',
      '--follow',
      '-F',
      '--positions',
      '--listen',
      '--tee',
      '--route',
      '--metrics',
      '--status',
      '--name',
      '--record',
    ],
    whole: 'line',
    startsLanes: true,
  },
  run: {
    bundle: 'run',
    wholeWith: [
      '--from',
      '--files-from',
      '--glob',
      '--prefix',
      '--pretty',
      '--follow',
      '-F',
      '--positions',
      '--listen',
      '--tee',
      '--route',
      '--metrics',
      '--status',
      '--name',
      '--config',
      '-c',
    ],
    whole: 'line',
    startsThread: true,
  },
  count: { bundle: 'line', startsLanes: true },
  query: { bundle: 'query' },
  store: { bundle: 'query' },
  'store write': { bundle: 'cli' },
  check: { bundle: 'check', wholeWith: ['--connect'] },
};
const urlWord =
  /^(?:--to=)?table$|^(?:-o|--(?:output|rejects)=)?(?:(?:file|dir|https?|tcp|unix|wss?|nats|tls|store):|[a-z][a-z0-9+.-]*:\/\/)/i;
// Until here.
const command = commands[args.slice(0, 2).join(' ')] ?? commands[args[0]] ?? { bundle: 'cli' };
// A short flag may have its value behind it, or others in front of it. What only looks like that starts slower.
const isTyped = (arg, flag) =>
  arg.split('=')[0] === flag || (arg[1] !== '-' && flag === `-${flag[1]}` && arg.includes(flag[1]));
// Looked at before the pattern is: V8 makes patterns when they are used, and a start is short.
const mayBeUrlWord = (arg) => arg.includes(':') || arg.endsWith('table');
const isWhole =
  command.wholeWith !== undefined &&
  args.some(
    (arg) =>
      (mayBeUrlWord(arg) && urlWord.test(arg)) ||
      (arg[0] === '-' && command.wholeWith.some((flag) => isTyped(arg, flag))),
  );
const { codeFolder, keepCode, lanesAhead, load, shortInput } = require('../dist/start.cjs');

const folder = codeFolder(process.env);
const mayNeedThread = command.startsThread && !isWhole;
const short = mayNeedThread ? shortInput(args) : undefined;
const startThread = () => require('../dist/thread-ahead.cjs').startAhead(folder);
const ahead = mayNeedThread && short === undefined ? [startThread()] : [];
const asked = process.env.SLUNG_LANES;
const cores = () => require('node:os').availableParallelism();
const laneCount = command.startsLanes && !isWhole ? lanesAhead(args, { asked, cores }) : 0;
const lanes = laneCount > 0 ? require('../dist/lane-ahead.cjs').startLanes(laneCount) : [];
const bundle = isWhole ? (command.whole ?? 'cli') : command.bundle;
const { main } = load(bundle, folder);

const takeThread = () => ahead.pop() ?? startThread();
const takeLaneThread = () => lanes.shift();
const world = { takeThread, takeLaneThread, shortInput: short, keepCode };
// These have no sockets that are still to be closed. Node's own end takes 2 ms longer than an exit.
let endsAtOnce = ['select', 'run', 'query'].includes(bundle);
const wholeProgram = () => {
  endsAtOnce = false;
  return load('cli', folder).main(args, world);
};
// What a bundle leaves out it needs before anything has been read.
const startOver = bundle === 'cli' ? undefined : wholeProgram;
main(args, { ...world, startOver }).then((code) => {
  process.exitCode = code;
  keepCode();
  if (endsAtOnce) process.exit();
});
