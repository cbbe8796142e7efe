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
    startsThread: true,
  },
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
  arg.split('=')[0] === flag || (/^-[^-]/.test(arg) && flag === `-${flag[1]}` && arg.includes(flag[1]));
const isWhole =
  command.wholeWith !== undefined &&
  args.some((arg) => urlWord.test(arg) || command.wholeWith.some((flag) => isTyped(arg, flag)));
const { codeFolder, keepCode, load, shortInput } = require('../dist/start.cjs');

const folder = codeFolder(process.env);
const mayNeedThread = command.startsThread && !isWhole;
const short = mayNeedThread ? shortInput(args) : undefined;
const startThread = () => require('../dist/thread-ahead.cjs').startAhead(folder);
const ahead = mayNeedThread && short === undefined ? [startThread()] : [];
const { main } = load(isWhole ? 'cli' : command.bundle, folder);

const takeThread = () => ahead.pop() ?? startThread();
main(args, { takeThread, shortInput: short, keepCode }).then((code) => {
  process.exitCode = code;
  keepCode();
});
