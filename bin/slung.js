#!/usr/bin/env node
// Three bundles of the same program: a filter starts faster without what it does not need (build.mjs).
const args = process.argv.slice(2);
const isRun = args[0] === 'run' && !args.some((arg) => arg.startsWith('--listen'));
const ahead = isRun ? [require('../dist/thread-ahead.cjs').startAhead()] : [];
const { main } = require(`../dist/${isRun ? 'run' : args[0] === 'select' ? 'select' : 'cli'}.cjs`);

main(args, { takeThread: () => ahead.pop() }).then((code) => {
  process.exitCode = code;
});
