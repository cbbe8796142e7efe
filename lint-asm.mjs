// @ts-check
/**
 * Formats and lints AssemblyScript as biome does the rest. biome reads it as TypeScript, but for one thing: decorators
 * of functions, which are a syntax error there. So biome gets copies in which they are comments, and what it has
 * formatted is taken back with the decorators in their places.
 *
 *     node lint-asm.mjs            reports what is not as it should be
 *     node lint-asm.mjs --write    formats, and mends what can be mended safely
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** Rules about JavaScript that mean something else in AssemblyScript. */
const rules = {
  suspicious: {
    // There is no coercion: == is what === is elsewhere, and a number that is not equal to itself is NaN.
    noDoubleEquals: 'off',
    noSelfCompare: 'off',
    // For editors, which do not know decorators of functions either.
    noTsIgnore: 'off',
    noShadowRestrictedNames: 'off',
    // map() and forEach() are also methods of ours.
    useIterableCallbackReturn: 'off',
  },
  // A literal of 64 bits is one.
  correctness: { noPrecisionLoss: 'off' },
  // There are no imports of types.
  style: { useImportType: 'off' },
  // A class of static functions is how operators are overloaded.
  complexity: { noStaticOnlyClass: 'off' },
};

/** Decorators at the start of a line, alone on it or in front of what they decorate. */
const decorator = /^([ \t]*)(@\w+(?:\((?:(?:"[^"]*"|'[^']*')(?:, )?)*\))?)(?=(.*)$)/gm;
/** @param {string} text */
const hide = (text) =>
  text.replace(
    decorator,
    (_, indent, written, rest) => `${indent}${rest === '' ? `//@@${written}` : `/*@@${written}@@*/`}`,
  );
/** @param {string} text */
const show = (text) => text.replace(/\/\/@@(.*)$/gm, '$1').replace(/\/\*@@(.*?)@@\*\//g, '$1');

/** Folders of AssemblyScript, by what they are called. */
const isAssemblyScript = (/** @type {string} */ path) => /(^|\/)(asm|plugin\/sdk)\/.*\.ts$/.test(path);

const files = ['src', 'test', 'bench'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path}`)
    .filter((path) => isAssemblyScript(path) && !path.includes('node_modules')),
);

const isWriting = process.argv.includes('--write');
const copies = mkdtempSync(join(tmpdir(), 'slung-asm-'));
try {
  const config = JSON.parse(readFileSync('biome.json', 'utf8'));
  // The order of imports is the order of functions in the module.
  const own = { vcs: { enabled: false }, files: { includes: ['**'] }, overrides: [], assist: { enabled: false } };
  Object.assign(config, own);
  for (const [group, changes] of Object.entries(rules)) {
    config.linter.rules[group] = { ...config.linter.rules[group], ...changes };
  }
  writeFileSync(join(copies, 'biome.json'), `${JSON.stringify(config, undefined, 2)}\n`);
  for (const file of files) {
    mkdirSync(join(copies, dirname(file)), { recursive: true });
    writeFileSync(join(copies, file), hide(readFileSync(file, 'utf8')));
  }
  const biome = resolve('node_modules/.bin/biome');
  const argv = ['check', ...(isWriting ? ['--write'] : []), '--max-diagnostics=200', 'src', 'test', 'bench'];
  const { status } = spawnSync(biome, argv, { cwd: copies, stdio: 'inherit' });
  process.exitCode = status ?? 1;
  for (const file of isWriting ? files : []) {
    const text = show(readFileSync(join(copies, file), 'utf8'));
    if (text !== readFileSync(file, 'utf8')) writeFileSync(file, text);
  }
} finally {
  rmSync(copies, { recursive: true, force: true });
}
