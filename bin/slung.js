#!/usr/bin/env node
// Four bundles of the same program: a filter starts faster without what it does not need (build.mjs).
const args = process.argv.slice(2);
const [command, subcommand] = args;
const has = (start) => args.some((arg) => arg.startsWith(start));
const isRun = command === 'run' && !has('--listen');
const isQuery = command === 'query' || (command === 'store' && subcommand !== 'write');
const isSelect = command === 'select' && !has('--rec');
const bundle = isRun ? 'run' : isQuery ? 'query' : isSelect ? 'select' : 'cli';
const ahead = isRun ? [require('../dist/thread-ahead.cjs').startAhead()] : [];
const { main } = require(`../dist/${bundle}.cjs`);

main(args, { takeThread: () => ahead.pop() }).then((code) => {
  process.exitCode = code;
});
