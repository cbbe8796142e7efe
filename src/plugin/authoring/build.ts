/**
 * Compiles the source of a plugin: .ts with AssemblyScript in this process, .c and .rs with the compilers that are
 * installed. AssemblyScript is not part of slung; it is looked for from the source's own folder upwards and then
 * beside slung, and loaded by its path, because only then is it known where it is. The SDK is found by the compiler as
 * package `slung` (sdk/asconfig.json), so that a plugin imports from 'slung/as' wherever it lies.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

/** A source cannot be compiled. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
  /** What the compiler said, or how to install it. */
  readonly detail: string;

  /** `message` is one line without the file's name. */
  constructor(message: string, detail = '') {
    super(message);
    this.detail = detail;
  }
}

/** The endings of sources that can be compiled, in the order in which a folder is searched for one. */
export const sourceEndings = ['.ts', '.c', '.rs'] as const;

export interface Compiled {
  readonly bytes: Uint8Array;
  /**
   * Every file that the compiler asked for, by absolute path, with its text; undefined for those that were not there.
   */
  readonly inputs: ReadonlyMap<string, string | undefined>;
}

const OUT_FILE = 'plugin.wasm';

/** What is used of AssemblyScript's programming interface (`assemblyscript/asc`). */
interface Asc {
  main(
    argv: readonly string[],
    api: {
      stdout: { write(chunk: string | Uint8Array): void };
      stderr: { write(chunk: string | Uint8Array): void };
      readFile(name: string, baseDir: string): string | null;
      writeFile(name: string, contents: string | Uint8Array, baseDir: string): void;
      listFiles(folder: string, baseDir: string): readonly string[] | null;
    },
  ): Promise<{ error: Error | null }>;
}

/** The compiler's version, and where it is. */
export interface AscPlace {
  readonly version: string;
  readonly path: string;
}

/** The SDK's folder: beside this file in the source tree; from dist/, where the package keeps its sources. */
export function sdkDirectory(): string {
  const places = ['../sdk', '../src/plugin/sdk'].map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return places.find((place) => existsSync(join(place, 'asconfig.json'))) ?? places[0]!;
}

/** AssemblyScript as seen from `file`. @throws BuildError when it is not installed */
export function findAsc(file: string): AscPlace {
  for (const from of [file, fileURLToPath(import.meta.url)]) {
    try {
      const manifest = createRequire(from).resolve('assemblyscript/package.json');
      const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
      return { version, path: join(dirname(manifest), 'dist/asc.js') };
    } catch {
      // Not there: the next place, or the message below.
    }
  }
  throw new BuildError(
    'AssemblyScript, which compiles plugins written in TypeScript, is not installed',
    `Install it for this plugin: npm install --prefix ${dirname(file)} --save-dev assemblyscript`,
  );
}

/** Compiles `file` (an absolute path); nothing is written. @throws BuildError */
export async function compileAssemblyScript(file: string, place: AscPlace): Promise<Compiled> {
  const asc = (await import(pathToFileURL(place.path).href)) as Asc;
  const inputs = new Map<string, string | undefined>();
  let bytes: Uint8Array | undefined;
  let said = '';
  const hear = (chunk: string | Uint8Array): void => {
    said += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
  };
  const readFile = (name: string, baseDir: string): string | null => {
    const path = resolve(baseDir, name);
    const text = textOf(path);
    inputs.set(path, text);
    return text ?? null;
  };
  const { error } = await asc.main(argumentsFor(file), {
    stdout: { write: hear },
    stderr: { write: hear },
    readFile,
    writeFile: (name, contents) => {
      if (name !== OUT_FILE) return;
      bytes = typeof contents === 'string' ? Buffer.from(contents) : contents;
    },
    listFiles: () => [],
  });
  if (error !== null || bytes === undefined) {
    // The compiler decides about colour by itself, from the terminal or from CI; what is shown here is for the caller.
    const text = stripVTControlCharacters(said).trim();
    throw new BuildError('it does not compile', text || (error?.message ?? 'the compiler gave no reason'));
  }
  return { bytes, inputs };
}

/**
 * An asconfig.json beside the source is the author's and is taken as it is; the SDK is found either way. Without one,
 * the SDK's own options hold, which are for plugins that import from 'slung/as'.
 */
function argumentsFor(file: string): string[] {
  const folder = dirname(file);
  const own = join(folder, 'asconfig.json');
  const sdk = sdkDirectory();
  const options = existsSync(own) ? ['--config', own, '--path', sdk] : ['--config', join(sdk, 'asconfig.json')];
  return [basename(file), '--baseDir', folder, ...options, '--outFile', OUT_FILE];
}

/** The text of a file, or undefined when it cannot be read. */
export function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

interface Native {
  readonly program: string;
  /** Other names that it is installed by, tried in their order where there is no `program`. */
  readonly others?: readonly string[];
  readonly args: readonly string[];
  readonly install: string;
  /** What to do next, by what it says; the first that fits. */
  readonly hints: readonly { readonly when: RegExp; readonly hint: string }[];
}

const installClang = 'It is clang with its WebAssembly linker: the packages clang and lld of most systems.';
const installRust = 'With rustup: rustup target add wasm32-unknown-unknown';

const natives: Readonly<Record<string, Native>> = {
  '.c': {
    program: 'clang',
    // Debian's packages have no other name where only a version was asked for. The newest first.
    others: Array.from({ length: 32 }, (_, i) => `clang-${40 - i}`),
    // --no-entry: a plugin has no main; -mbulk-memory: memcpy is an instruction, there is no library. The name section
    // stays, so that a trap can be reported by function; for that -O2 passes the driver by, which would give the
    // result to a wasm-opt of the PATH, and that one drops names.
    args: [
      ...['--target=wasm32', '-mbulk-memory', '-ffreestanding', '-nostdlib', '-Xclang', '-O2', '-Wall'],
      '-Wl,--no-entry',
    ],
    hints: [
      {
        when: /undefined symbol: (malloc|free|calloc|realloc)\b/,
        hint: 'There is no C library: allocate() of plugin.h gives memory until the output was taken, and nothing is freed.',
      },
      {
        when: /undefined symbol/,
        hint: 'There is no C library: of its functions plugin.h has memcmp, memcpy, memmove, memset, strlen and strcmp.',
      },
      {
        when: /unable to execute command|wasm-ld.*(not found|No such file|doesn't exist)|(create|unknown) target/,
        hint: installClang,
      },
    ],
    install: installClang,
  },
  '.rs': {
    program: 'rustc',
    args: [
      ...['--edition', '2021', '--target', 'wasm32-unknown-unknown', '--crate-type', 'cdylib', '-O'],
      ...['-C', 'panic=abort', '-C', 'strip=debuginfo'],
    ],
    hints: [{ when: /can't find crate for `(std|core)`/, hint: installRust }],
    install: installRust,
  },
};

/** Compiles a .c or .rs file into `outFile`; both are absolute paths. `stop` ends the compiler. @throws BuildError */
export async function compileNative(file: string, outFile: string, stop?: AbortSignal): Promise<void> {
  const native = natives[extname(file)];
  if (native === undefined) throw new BuildError(`it is none of ${sourceEndings.join(', ')}`);
  const args = [...native.args, '-o', outFile, file];
  const { code, said, program } = await runFirst(native, args, dirname(file), stop);
  if (code === 0) return;
  const hint = native.hints.find(({ when }) => when.test(said))?.hint;
  const next = hint === undefined ? '' : `\n${hint}`;
  throw new BuildError(`it does not compile (${program})`, `${said.trim()}${next}`);
}

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

/** @throws BuildError when the program is not installed, by none of its names */
async function runFirst(
  { program, others = [], install }: Native,
  args: readonly string[],
  cwd: string,
  stop: AbortSignal | undefined,
): Promise<Ended & { readonly program: string }> {
  for (const name of [program, ...others]) {
    const ended = await runCompiler(name, args, cwd, stop);
    if (ended !== undefined) return { ...ended, program: name };
    if (stop?.aborted === true) break;
  }
  throw new BuildError(`${program} is not installed`, install);
}

/** @returns undefined when there is no such program, or it cannot be started */
function runCompiler(
  program: string,
  args: readonly string[],
  cwd: string,
  stop: AbortSignal | undefined,
): Promise<Ended | undefined> {
  return new Promise((resolveRun) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], signal: stop });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    child.on('error', () => resolveRun(undefined));
    child.on('close', (code) => resolveRun({ code, said }));
  });
}
