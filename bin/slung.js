#!/usr/bin/env node
// The same program twice: filters start faster without the code for plugins.
const { main } = require(process.argv[2] === 'select' ? '../dist/select.cjs' : '../dist/cli.cjs');

main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
