// @ts-check
/**
 * Makes dist/ from src/: the engine by the AssemblyScript compiler, the rest by esbuild. Bundled with its libraries,
 * because resolving a hundred modules costs a filter more than its work on a small file.
 *
 *     node build.mjs [engine] [js]        both when none is named
 *     node build.mjs types                after tsc has written dist/types
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { main as compile } from 'assemblyscript/asc';
import { build } from 'esbuild';
import { loadSource } from './load-source.mjs';

/** @type {{ readonly version: string }} */
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const wanted = process.argv.slice(2);
const makes = (/** @type {string} */ part) => wanted.includes(part) || (wanted.length === 0 && part !== 'types');

/**
 * What is written in AssemblyScript: entry, configuration, result. `views` is the engine with what plugins need, apart
 * because `select` should not have to compile it; an adapter runs over a guest's memory and has no data of its own.
 */
const engineConfig = 'src/engine/asm/asconfig.json';
const adapterConfig = 'src/plugin/asconfig.json';
const modules = [
  ['src/engine/asm/engine.ts', engineConfig, 'src/engine/engine.wasm'],
  ['src/engine/asm/with-views.ts', engineConfig, 'src/engine/views.wasm'],
  ['src/engine/asm/with-points.ts', engineConfig, 'src/engine/points.wasm'],
  ['src/engine/asm/with-count.ts', engineConfig, 'src/engine/count.wasm'],
  ['src/plugin/tangent/asm/adapter.ts', adapterConfig, 'src/plugin/tangent/tangent-adapter.wasm'],
  ['src/plugin/slung/asm/adapter.ts', adapterConfig, 'src/plugin/slung/slung-adapter.wasm'],
  ['src/store/asm/store.ts', 'src/store/asm/asconfig.json', 'src/store/kernel/store.wasm'],
];

async function buildEngine() {
  for (const [entry, config, outFile] of modules) {
    const { error, stderr } = await compile([entry, '--config', config, '--outFile', outFile]);
    if (error) throw new Error(`${entry} does not compile: ${error.message}\n${stderr.toString()}`);
  }
}

/**
 * A module that chalk must not get as it is: importing `process` reads all of its properties, process.stdout among
 * them, and that makes a pipe non-blocking; the global object does not.
 */
const tamed = {
  name: 'tamed-builtins',
  /** @param {import('esbuild').PluginBuild} build */
  setup(build) {
    build.onResolve({ filter: /^(node:)?process$/ }, ({ importer }) =>
      /node_modules.chalk\b/.test(importer) ? { path: 'process', namespace: 'tamed' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'tamed' }, () => ({ contents: 'module.exports = process;', loader: 'js' }));
  },
};

/** @typedef {import('./src/cli/command-table.ts').BundleName} BundleName */
/** How the program is cut into bundles: src/cli/command-table.ts, whose types this is checked against. */
/** @type {typeof import('./src/cli/command-table.ts')} */
const { commandTable, isIn, leavesOut } = await loadSource('src/cli/command-table.ts', { alone: true });

/**
 * The files that stay out of a bundle, from the root of the project: the code of commands that are in others, and what
 * the table names. The whole program leaves nothing out.
 * @param {string} bundle
 */
function filesOutOf(bundle) {
  const others = Object.entries(commandTable)
    .filter(([, row]) => !isIn(/** @type {BundleName} */ (bundle), row))
    .map(([name]) => ({ file: `src/cli/commands/${name.replaceAll(' ', '-')}.ts` }))
    .filter(({ file }) => existsSync(file));
  const named = leavesOut[/** @type {BundleName} */ (bundle)];
  return [...others.map(({ file }) => file), ...named.map((file) => `src/${file}`)];
}

/**
 * Leaves files out of a bundle: who loads one of them all the same gets an error that starts the whole program
 * (src/cli/main.ts). A file that would not be in it
 * anyway is an error of the build, so that no file is left out under a name that it has no more.
 * @param {readonly string[]} files
 */
const without = (files) => ({
  name: 'without',
  /** @param {import('esbuild').PluginBuild} build */
  setup(build) {
    const missing = new Map(files.map((file) => [resolve(file), file]));
    const known = new Set(missing.keys());
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      if (!known.has(path)) return undefined;
      missing.delete(path);
      const thrown = "Object.assign(new Error('not in this bundle'), { code: 'NOT_IN_BUNDLE' })";
      return { contents: `throw ${thrown};`, loader: 'ts' };
    });
    build.onEnd(() => ({
      errors: [...missing.values()].map((file) => ({ text: `src/cli/command-table.ts leaves out ${file} in vain` })),
    }));
  },
});

/** What only help, man pages and completion know of a flag. */
const wordsOfFlags = ['doc', 'longDoc', 'defaultText', 'common'];

/**
 * The tables of commands and flags without what is said about them, which is a third of what a start of `select` would
 * have to make: the names of all commands, and the flags of those that the bundle has, or all of them where a topology
 * may have keys that are called like flags.
 * @param {string} bundle
 */
async function shortTables(bundle) {
  /** @type {typeof import('./src/cli/flags/table.ts')} */
  const { flags } = await loadSource('src/cli/flags/table.ts');
  const rows = Object.entries(commandTable);
  const own = rows.filter(([, row]) => isIn(/** @type {BundleName} */ (bundle), row)).map(([name]) => name);
  const hasTopologies = !leavesOut[/** @type {BundleName} */ (bundle)].includes('cli/topology/line.ts');
  const needed = flags.filter(({ commands }) => hasTopologies || commands.some((name) => own.includes(name)));
  const short = needed.map((flag) =>
    Object.fromEntries(Object.entries(flag).filter(([key]) => !wordsOfFlags.includes(key))),
  );
  const tables = {
    'src/cli/command-rows.ts': { rows: rows.map(([name]) => ({ name })) },
    'src/cli/flags/table.ts': { flags: short },
  };
  return {
    name: 'short-tables',
    /** @param {import('esbuild').PluginBuild} build */
    setup(build) {
      for (const [file, exported] of Object.entries(tables)) {
        const contents = Object.entries(exported).map(([name, value]) => {
          const text = JSON.stringify(value);
          if (!isDeepStrictEqual(JSON.parse(text), value)) throw new Error(`${file} has more in it than JSON`);
          return `export const ${name} = JSON.parse(${JSON.stringify(text)});`;
        });
        const path = resolve(file);
        build.onLoad({ filter: /\.ts$/ }, (args) =>
          args.path === path ? { contents: contents.join('\n'), loader: 'ts' } : undefined,
        );
      }
    },
  };
}

/**
 * The folder of a package, where Node finds it: here, or in a folder above, as in a workspace.
 * @param {string} name
 */
function folderOf(name) {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    const found = `${folder}/node_modules/${name}`;
    if (existsSync(found) || folder === dirname(folder)) return found;
  }
}

/** The licences of what is bundled travel with it. */
function writeNotices() {
  const notices = Object.keys(JSON.parse(readFileSync('package.json', 'utf8')).bundled).map((name) => {
    const folder = folderOf(name);
    const { version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    const text = ['LICENSE', 'license', 'LICENSE.md'].map((file) => {
      try {
        return readFileSync(`${folder}/${file}`, 'utf8');
      } catch {
        return '';
      }
    });
    return `${name} ${version}\n\n${text.find(Boolean) ?? ''}`;
  });
  writeFileSync('dist/THIRD-PARTY.txt', notices.join('\n----\n\n'));
}

/**
 * The library for NATS is a file of its own beside the program, with no code of ours but what reads for it: what is
 * loaded only when a stream is read or written is not read at other starts, and our errors are of one class
 * everywhere.
 */
const natsClient = { entry: 'src/nats/client.ts', file: 'nats' };
const besideUs = {
  name: 'beside-us',
  /** @param {import('esbuild').PluginBuild} build */
  setup(build) {
    build.onResolve({ filter: /\/client\.ts$/ }, ({ path, resolveDir, kind }) => {
      if (kind === 'entry-point' || resolve(resolveDir, path) !== resolve(natsClient.entry)) return undefined;
      return { path: `./${natsClient.file}.cjs`, external: true };
    });
  },
};

/** @type {import('esbuild').BuildOptions} */
const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  logLevel: 'warning',
  // A file that is left out of a bundle is loaded when it is needed, not imported by what is in it.
  logOverride: { 'import-is-undefined': 'error' },
  plugins: [tamed, besideUs],
};

/** Node's modules that its own start has loaded already, or that cost nothing. */
const atHand = ['events', 'fs', 'path', 'querystring', 'timers', 'url', 'util', 'vm'];

/**
 * `require` of any other module of Node becomes a stand-in that loads it when something of it is used: zlib, crypto,
 * net and v8 bring Node's streams and take 1 to 5 ms each, which few runs need. `import()` is the loader's, if it has
 * one (src/cli/start/load.ts). A file beside the program is read by its path, which is told without Node's URLs.
 * @param {string} code
 */
function loadedWhenUsed(code) {
  const all = /(__toESM\()?\brequire\("(?:node:)?([a-z0-9_/]+)"\)/g;
  const lazy = code.replace(all, (text, isCopied, name) =>
    isCopied !== undefined || atHand.includes(name) || !isBuiltin(name) ? text : `slungWhenUsed("node:${name}")`,
  );
  return lazy
    .replace(/\b(readFileSync\)?)\(new URL\(([^()]+?),\s*slungFileUrl\)/g, '$1(slungFile($2)')
    .replaceAll('slungFileUrl', 'slungUrl()')
    .replace(/\bimport\(/g, 'slungImport(');
}

const whenUsed = `const slungWhenUsed = (name) => {
  let loaded;
  return new Proxy({}, { get: (_, key) => (loaded ??= require(name))[key] });
};
const slungFile = (name) => __dirname + name.slice(1);
const slungUrl = () => require('node:url').pathToFileURL(__filename).href;
const slungImport = module.importModule ?? ((url) => import /* itself */ (url));`;

/**
 * Builds and writes programs, of which a start reads one.
 * @param {import('esbuild').BuildOptions} options
 */
async function buildProgram(options) {
  const { outputFiles = [] } = await build({ ...options, write: false });
  for (const { path, text } of outputFiles) writeFileSync(path, signed(loadedWhenUsed(text)));
}

/**
 * In ASCII, because each byte is read as a character, and with its checksum at the end, by which compiled code is known
 * to be of it (src/cli/start/load.ts). esbuild leaves regular expressions as they are.
 * @param {string} code
 */
function signed(code) {
  const ascii = code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `${ascii}//# slung ${version} ${createHash('sha256').update(ascii).digest('hex').slice(0, 32)}\n`;
}

/** The page of --status: what is in src/page as one file, which the server reads when it is asked for. */
const statusPage = { folder: 'src/page', script: 'src/page/main.ts', file: 'src/pipeline/topology/status-page.html' };

/** What is loaded by nobody but a browser is no part of a program. */
async function buildPage() {
  const { folder, script, file } = statusPage;
  /** @type {import('esbuild').BuildOptions} */
  const options = { bundle: true, minify: true, charset: 'utf8', target: 'es2022', logLevel: 'warning', write: false };
  const textOf = async (/** @type {string} */ entry) => {
    const { outputFiles = [] } = await build({ ...options, entryPoints: [entry], format: 'iife' });
    return outputFiles.map(({ text }) => text.trim()).join('');
  };
  const [style, code] = [await textOf(`${folder}/style.css`), await textOf(script)];
  if (/<\/(?:style|script)/i.test(style + code)) throw new Error('the page would end too early');
  const shell = readFileSync(`${folder}/index.html`, 'utf8');
  // As functions, because $ has a meaning in texts that replace others.
  const page = shell
    .replace('VERSION', version)
    .replace('<style></style>', () => `<style>${style}</style>`)
    .replace('<script></script>', () => `<script>${code}</script>`);
  writeFileSync(file, page);
  copyFileSync(file, `dist/${basename(file)}`);
}

/** The thread of a plugin's lane is told where compiled code is kept; its environment is the guest's. */
const threadStart = `const { getEnvironmentData } = require('node:worker_threads');
const { load, keepCode } = require('./start.cjs');
load('plugin-lane', getEnvironmentData('slung code')).serveTasks(keepCode);
`;

async function buildJs() {
  rmSync('dist', { recursive: true, force: true });
  mkdirSync('dist');
  // The program, and the threads that it starts: a CommonJS file each, because Node 20 starts its ES module loader and
  // the facades of its own modules only when somebody asks: 21 ms over `node -e 0` instead of 28 (bench/startup.mjs,
  // 2026-11).
  /** @type {import('esbuild').BuildOptions} */
  const program = {
    ...shared,
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    minifyWhitespace: true,
    minifySyntax: true,
    define: { 'import.meta.url': 'slungFileUrl' },
    banner: { js: whenUsed },
  };
  for (const name of Object.keys(leavesOut)) {
    await buildProgram({
      ...program,
      entryPoints: { [name]: 'src/cli/main.ts' },
      plugins: [tamed, besideUs, without(filesOutOf(name)), ...(name === 'cli' ? [] : [await shortTables(name)])],
    });
  }
  await build({ ...program, entryPoints: { [natsClient.file]: natsClient.entry } });
  await buildProgram({
    ...program,
    entryPoints: {
      'lane-worker': 'src/stage/lanes/worker-thread.ts',
      'plugin-lane': 'src/stage/plugin/thread.ts',
      'look-worker': 'src/stage/plugin/look-thread.ts',
      'thread-ahead': 'src/stage/plugin/thread-ahead.ts',
      'lane-ahead': 'src/stage/lanes/lane-ahead.ts',
      'services-worker': 'src/plugin/services/services-worker.ts',
    },
  });
  // What loads them: not loaded by itself.
  const { banner: _, ...plain } = program;
  await build({
    ...plain,
    entryPoints: { start: 'src/cli/start/load.ts', 'keep-code': 'src/cli/start/keep-code.ts' },
    external: ['./keep-code.cjs'],
  });
  writeFileSync('dist/plugin-worker.cjs', threadStart);
  // The library: ES modules.
  await build({
    ...shared,
    entryPoints: { index: 'src/index.ts' },
    outdir: 'dist',
    splitting: true,
    format: 'esm',
  });
  await buildPage();
  for (const [, , file] of modules) copyFileSync(file, `dist/${basename(file)}`);
  writeNotices();
  writeTypesOfSdk();
}

/**
 * tsc writes the types of every file that the library imports; those that its own types do not lead to are nobody's.
 * @param {string} entry
 */
function keepTypesOf(entry) {
  /** @type {Set<string>} */
  const kept = new Set();
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (kept.has(file)) continue;
    kept.add(file);
    for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(/(?:from |import\()'(\.[^']+)\.(?:js|ts)'/g)) {
      open.push(`${join(dirname(file), target)}.d.ts`);
    }
  }
  const folder = dirname(entry);
  for (const found of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = join(folder, found);
    if (file.endsWith('.d.ts') && !kept.has(file)) rmSync(file);
  }
}

/**
 * dist/slung.d.ts: what `slung/as` and `slung/exports` export, as one file that `slung plugin new` puts beside a plugin,
 * so that an editor knows it wherever slung is. To TypeScript, AssemblyScript's decorators are mistakes; it prints the
 * types all the same.
 */
function writeTypesOfSdk() {
  const folder = 'dist/sdk';
  const tsc = `${folderOf('typescript')}/bin/tsc`;
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.sdk.json'], { encoding: 'utf8' });
  /** @type {Map<string, string>} */
  const texts = new Map();
  const open = ['as', 'exports'];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const path = `${folder}/${name}.d.ts`;
    if (texts.has(name)) continue;
    if (!existsSync(path)) throw new Error(`${path} was not made:\n${stdout}`);
    const text = readFileSync(path, 'utf8');
    texts.set(name, text);
    open.push(...[...text.matchAll(/from '\.\/(\w+)'/g)].map(([, other = '']) => other));
  }
  const modules = [...texts].map(([name, text]) => {
    const body = text.replace(/from '\.\/(\w+)'/g, "from 'slung/$1'").replace(/^export declare /gm, 'export ');
    return `declare module 'slung/${name}' {\n${body.trimEnd().replace(/^(?=.)/gm, '  ')}\n}\n`;
  });
  writeFileSync(
    'dist/slung.d.ts',
    [`// For editors: what plugins import from slung ${version}. It is not compiled.\n`, ...modules].join('\n'),
  );
  rmSync(folder, { recursive: true });
}

if (makes('engine')) await buildEngine();
if (makes('js')) await buildJs();
if (makes('types')) keepTypesOf('dist/types/index.d.ts');
