// @ts-check
/**
 * Makes build/slung: the program and this Node in one file, by Node's single executable applications. For machines
 * without Node, and for a start without a package beside it. It runs on this platform only.
 *
 *     npm run executable
 *
 * How it starts is src/cli/start/executable.ts. The commands of `warmUp` are run first, so that V8's code of what a
 * start calls can be put beside each bundle.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { inject } from 'postject';

/** What Node looks for in itself, by its documentation. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const BLOB = 'NODE_SEA_BLOB';
/** So often has code been kept when it has all that a start calls (src/cli/start/load.ts). */
const ROUNDS = 4;

const { values: options } = parseArgs({ options: { out: { type: 'string', default: 'build/slung' } } });
const folder = mkdtempSync(join(tmpdir(), 'slung-executable-'));
try {
  await makeExecutable(options.out, folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * @param {string} out
 * @param {string} folder for what is needed on the way
 */
async function makeExecutable(out, folder) {
  const start = join(folder, 'start.cjs');
  await build({
    entryPoints: ['src/cli/start/executable.ts'],
    outfile: start,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
    minifyWhitespace: true,
    minifySyntax: true,
  });
  const files = [...filesOfPackage(), ...codeOfBundles(folder)];
  const list = join(folder, 'files.json');
  writeFileSync(list, JSON.stringify(files.map(([name]) => name)));
  const blob = join(folder, 'blob');
  const config = join(folder, 'config.json');
  writeFileSync(
    config,
    JSON.stringify({
      main: start,
      output: blob,
      disableExperimentalSEAWarning: true,
      useCodeCache: true,
      assets: Object.fromEntries([...files, ['files', list], ['start', start]]),
    }),
  );
  run(process.execPath, ['--experimental-sea-config', config]);
  mkdirSync(join(out, '..'), { recursive: true });
  copyFileSync(process.execPath, out);
  chmodSync(out, 0o755);
  // macOS starts nothing whose signature does not fit.
  if (process.platform === 'darwin') run('codesign', ['--remove-signature', out]);
  await inject(out, BLOB, readFileSync(blob), {
    sentinelFuse: FUSE,
    ...(process.platform === 'darwin' ? { machoSegmentName: 'NODE_SEA' } : {}),
  });
  if (process.platform === 'darwin') run('codesign', ['--sign', '-', out]);
  const [whole, node] = [out, process.execPath].map((file) => `${(statSync(file).size / 1e6).toFixed(1)} MB`);
  process.stdout.write(`${out}: ${whole}, of which Node ${process.version} has ${node}\n`);
}

/**
 * What npm would pack and a run may read: name and place of each.
 * @returns {[name: string, path: string][]}
 */
function filesOfPackage() {
  const { files } = JSON.parse(readFileSync('package.json', 'utf8'));
  const all = /** @type {string[]} */ (files).flatMap((name) =>
    statSync(name).isDirectory()
      ? readdirSync(name, { recursive: true, encoding: 'utf8' }).map((below) => `${name}/${below}`)
      : [name],
  );
  // The library and its types are for programs that import them; the start is this file's own.
  const isNeeded = (/** @type {string} */ name) =>
    statSync(name).isFile() && !/^(dist\/(types|start\.|keep-code\.|.*\.js$)|man\/|CHANGELOG)/.test(name);
  return all.filter(isNeeded).map((name) => [name, name]);
}

/**
 * V8's code of each bundle that keeps some, from runs of what is in dist/.
 * @param {string} folder
 * @returns {[name: string, path: string][]}
 */
function codeOfBundles(folder) {
  const cache = join(folder, 'cache');
  mkdirSync(cache);
  for (const { args, input } of warmUp(folder)) {
    for (let round = 0; round < ROUNDS; round++) {
      run(process.execPath, ['bin/slung.js', ...args], {
        input,
        env: { PATH: process.env.PATH, XDG_CACHE_HOME: cache },
      });
    }
  }
  const kept = join(cache, 'slung/code');
  return readdirSync(kept).map((file) => [`code/dist/${file.slice(0, file.indexOf('.'))}.cjs`, join(kept, file)]);
}

/**
 * A command or two for each bundle that has code kept.
 * @param {string} folder
 * @returns {{ args: string[], input: string }[]}
 */
function warmUp(folder) {
  const record = '{"level":"error","ms":12.5,"time":"2026-01-01T00:00:00Z"}\n';
  const store = join(folder, 'store');
  const plugin = 'fixtures/plugins/tangent/scaffold-c.wasm';
  const program = 'fixtures/plugins/slung/threshold.wasm';
  const topology = join(folder, 'topology.yaml');
  writeFileSync(topology, 'routes: [stdin -> stdout]\n');
  return [
    { args: ['select', '-w', 'level == "error" && ms > 3', '-f', 'level,ms', '--to', 'csv'], input: record },
    { args: ['run', plugin], input: record },
    // So much that the plugin gets a thread of its own.
    { args: ['run', plugin], input: record.repeat(4000) },
    {
      args: ['store', 'write', '--series-name', 'ms', '--time', 'time', '--value', 'ms', '--store', store],
      input: record,
    },
    { args: ['run', program, '--store', store], input: record },
    { args: ['query', 'AVG:ms:[]', '--store', store], input: '' },
    { args: ['run', '-c', topology], input: record },
    { args: ['check', topology], input: '' },
  ];
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 */
function run(command, args, options = {}) {
  const { status, stderr, error } = spawnSync(command, args, options);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
}
