/**
 * The world `tangent:logs/processor@0.1.0` as core functions: what a plugin may import and has to export, and what the
 * host needs from it for each (signatures by the canonical ABI's flattening, design/mvp/CanonicalABI.md; parameters
 * and layouts in ABI.md). Interfaces of WASI are known by their versions only; which functions exist is their host's
 * affair.
 */
import { refusal } from '../binary/refusal.ts';
import { type Signature, signatureOf } from '../binary/signature.ts';

export const worldPackage = 'tangent:logs';
export const worldVersion = '0.1.0';
export const worldName = `${worldPackage}/processor@${worldVersion}`;
/** The one exported interface. */
export const mapperInterface = `${worldPackage}/mapper@${worldVersion}`;

/** The functions of the exported interface, with their core signatures. */
export const mapperFunctions = {
  metadata: signatureOf('() -> i32'),
  probe: signatureOf('() -> i32'),
  'process-logs': signatureOf('(i32 i32) -> i32'),
} as const;

export type MapperFunction = keyof typeof mapperFunctions;

/** The names that a core module may export one by, best first: the canonical one, then such as languages allow. */
export function mapperAliases(name: MapperFunction): string[] {
  const camel = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return [...new Set([`${mapperInterface}#${name}`, name, name.replaceAll('-', '_'), camel])];
}

/** What the host needs of the guest to answer a call: nothing, to read its memory, or to allocate in it as well. */
type Need = 'nothing' | 'memory' | 'realloc';

export interface WorldFunction {
  readonly signature: Signature;
  readonly needs: Need;
}

const functions: readonly (readonly [interfaceName: string, name: string, signature: string, needs: Need])[] = [
  ['log', '[method]logview.has', '(i32 i32 i32) -> i32', 'memory'],
  ['log', '[method]logview.get', '(i32 i32 i32 i32) -> ()', 'realloc'],
  ['log', '[method]logview.len', '(i32 i32 i32 i32) -> ()', 'memory'],
  ['log', '[method]logview.get-list', '(i32 i32 i32 i32) -> ()', 'realloc'],
  ['log', '[method]logview.get-map', '(i32 i32 i32 i32) -> ()', 'realloc'],
  ['log', '[method]logview.keys', '(i32 i32 i32 i32) -> ()', 'realloc'],
  ['log', '[method]logview.log', '(i32 i32) -> ()', 'realloc'],
  ['log', '[resource-drop]logview', '(i32) -> ()', 'nothing'],
  ['cache', 'get', '(i32 i32 i32) -> ()', 'realloc'],
  ['cache', 'set', '(i32 i32 i32 i64 i32 i32 i64 i32) -> ()', 'realloc'],
  ['cache', 'del', '(i32 i32 i32) -> ()', 'realloc'],
  ['config', 'get', '(i32 i32 i32) -> ()', 'realloc'],
  ['lock', 'acquire', '(i32 i32) -> i32', 'memory'],
  ['lock', 'release', '(i32 i32) -> ()', 'memory'],
  ['remote', 'call-batch', '(i32 i32 i32) -> ()', 'realloc'],
];

const table: ReadonlyMap<string, ReadonlyMap<string, WorldFunction>> = functions.reduce(
  (interfaces, [interfaceName, name, signature, needs]) => {
    const key = `${worldPackage}/${interfaceName}@${worldVersion}`;
    const known = interfaces.get(key) ?? new Map<string, WorldFunction>();
    return interfaces.set(key, known.set(name, { signature: signatureOf(signature), needs }));
  },
  new Map<string, Map<string, WorldFunction>>(),
);

export function isWorldInterface(interfaceName: string): boolean {
  return interfaceName.startsWith(`${worldPackage}/`);
}

/**
 * A function that plugins may import.
 * @throws PluginError when the world has no such interface or function
 */
export function worldFunction(interfaceName: string, name: string): WorldFunction {
  checkVersion(interfaceName);
  const known = table.get(interfaceName);
  if (known === undefined) throw refusal(`it imports ${interfaceName}, which ${worldName} does not have`);
  const found = known.get(name);
  if (found === undefined) throw refusal(`it imports ${name} of ${interfaceName}, which has no such function`);
  return found;
}

/**
 * Refuses versions that are not ours: of the world exactly 0.1.0, of WASI any 0.2. Other interfaces pass.
 * @throws PluginError that names both versions
 */
export function checkVersion(interfaceName: string): void {
  const [path = '', version = ''] = interfaceName.split('@');
  if (isWorldInterface(interfaceName) && version !== worldVersion) {
    throw refusal(`it is built for ${path} ${version || 'without a version'}; slung has ${worldVersion}`);
  }
  if (path.startsWith('wasi:') && !isWasi02(interfaceName)) {
    throw refusal(`it imports ${interfaceName}; slung has WASI 0.2`);
  }
}

/** `wasi:io/streams@0.2.12`, of any 0.2. */
export function isWasi02(interfaceName: string): boolean {
  return /^wasi:[a-z0-9-]+\/[a-z0-9-]+@0\.2(\.\d+)?(-[\w.-]+)?$/.test(interfaceName);
}

/** @throws PluginError when the host could not answer that function with what the guest gives it */
export function checkNeeds(
  interfaceName: string,
  name: string,
  given: { readonly memory: unknown; readonly realloc: unknown },
): void {
  if (!isWorldInterface(interfaceName)) return;
  const { needs } = worldFunction(interfaceName, name);
  if (needs !== 'nothing' && given.memory === undefined) {
    throw refusal(`it imports ${name} of ${interfaceName} without giving a memory`);
  }
  if (needs === 'realloc' && given.realloc === undefined) {
    throw refusal(`it imports ${name} of ${interfaceName} without giving a realloc function`);
  }
}
