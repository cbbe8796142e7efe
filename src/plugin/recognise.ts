/**
 * Which kind of plugin a file is, from its bytes alone: the header tells components from core modules, and what a
 * module imports and exports tells the rest. Imports count more than exports, because a program for one of the two
 * worlds may well export `_start` too. A file that is none gets a reason, and where it helps, what would work.
 */

import { lackOfGc } from './binary/features.ts';
import { type CoreModule, readCoreModule } from './binary/module.ts';
import { refusal } from './binary/refusal.ts';
import { commandExport } from './component/command.ts';
import { checkWorld, namesShown } from './component/compile.ts';
import { parseComponent } from './component/parse.ts';
import {
  checkVersion,
  isWorldInterface,
  type MapperFunction,
  mapperAliases,
  mapperFunctions,
  mapperInterface,
  worldPackage,
} from './component/world.ts';
import type { PluginError, PluginKind } from './guest.ts';

/** How slung tells a plugin. */
const kindsAdvice = `a plugin is a component or core module for ${worldPackage}, imports env.u_*, or exports _start`;

/**
 * Reads the whole structure, but compiles nothing: what is recognised may still be refused when it is loaded.
 * @throws PluginError in one line when the file is no plugin
 */
export function recognise(bytes: Uint8Array): { readonly kind: PluginKind } {
  if (layerOf(bytes) === 'component') {
    const component = parseComponent(bytes);
    if (commandExport(component) !== undefined) return { kind: 'wasi' };
    checkWorld(component);
    return { kind: 'tangent-component' };
  }
  const core = readCoreModule(bytes);
  const lack = lackOfGc(core.needsGc);
  if (lack !== undefined) throw refusal(lack);
  return { kind: kindOfCore(core) };
}

/**
 * Core module or component, by magic, version and layer (component model, design/mvp/Binary.md, `preamble`).
 * @throws PluginError when it is neither, or of a version that we cannot read
 */
export function layerOf(bytes: Uint8Array): 'core' | 'component' {
  const magic = [0x00, 0x61, 0x73, 0x6d];
  if (bytes.length === 0) throw refusal('the file is empty');
  if (!magic.every((byte, index) => bytes[index] === byte || index >= bytes.length)) {
    throw refusal(`not a WebAssembly file (it begins with ${beginningOf(bytes)})${adviceFor(bytes)}`);
  }
  if (bytes.length < 8) throw refusal('the file is truncated: the preamble has 8 bytes');
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const version = view.getUint16(4, true);
  const layer = view.getUint16(6, true);
  if (layer > 1) throw refusal(`a WebAssembly file of layer ${layer}; slung reads core modules and components`);
  if (layer === 1) {
    if (version === 13) return 'component';
    throw refusal(`a component of version ${version}, from an older or newer toolchain; slung reads version 13`);
  }
  if (version === 1) return 'core';
  throw refusal(`a core module of version ${version}; slung reads version 1`);
}

/** The first bytes: as text where they are text, otherwise in hexadecimal. */
function beginningOf(bytes: Uint8Array): string {
  const head = bytes.subarray(0, 12);
  const length = head.findIndex((byte) => byte < 0x20 || byte > 0x7e);
  const text = Buffer.from(length < 0 ? head : head.subarray(0, length)).toString('latin1');
  if (text.length >= 4 || text.length === bytes.length) return JSON.stringify(text);
  return Buffer.from(bytes.subarray(0, 4))
    .toString('hex')
    .replaceAll(/..(?=.)/g, '$& ');
}

function adviceFor(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 10)).toString('latin1');
  if (head.startsWith('\x7fELF'))
    return '; a precompiled .cwasm does not work here, the .wasm that it was made of does';
  if (head.startsWith('\x1f\x8b')) return '; it is compressed by gzip';
  if (/^\s*\((module|component|;)/.test(head)) return '; WebAssembly text has to be assembled first';
  if (/^(?:\/[*/]|#include|#!\[|use |package |import )/.test(head))
    return '; it looks like source: slung plugin build makes a .wasm of its folder';
  return '';
}

function kindOfCore(module: CoreModule): PluginKind {
  const { imports } = module;
  const tangent = imports.find((item) => isWorldInterface(item.module));
  const exported = exportedFunctions(module);
  const mapper = exported.find((name) => name.startsWith(`${worldPackage}/mapper@`));
  if (tangent !== undefined || mapper !== undefined) {
    for (const item of imports) if (isWorldInterface(item.module)) checkVersion(item.module);
    if (mapper !== undefined) checkVersion(mapper.slice(0, mapper.indexOf('#')));
    return 'tangent-core';
  }
  if (imports.some((item) => item.module === 'env' && item.name.startsWith('u_'))) return 'slung';
  if (exported.includes('_start')) return 'wasi';
  const functions = Object.keys(mapperFunctions) as MapperFunction[];
  // A mapper that asks nothing of its records has only its exports to be known by.
  if (functions.every((name) => mapperAliases(name).some((alias) => exported.includes(alias)))) return 'tangent-core';
  throw unknownCore(module, exported);
}

function exportedFunctions({ exports }: CoreModule): string[] {
  return exports.filter(({ kind }) => kind === 'function').map(({ name }) => name);
}

function unknownCore({ imports }: CoreModule, exported: readonly string[]): PluginError {
  if (imports.some(({ module }) => module.startsWith(`cm32p2|${worldPackage}/`))) {
    const plain = mapperInterface.replace('/mapper@', '/log@');
    return refusal(`a core module meant for wit-component; make it a component, or import from ${plain}`);
  }
  const modules = [...new Set(imports.map(({ module }) => module))];
  const imported = modules.length === 0 ? 'imports nothing' : `imports from ${namesShown(modules)}`;
  const exporting = exported.length === 0 ? 'exports no function' : `exports ${namesShown(exported)}`;
  return refusal(`a core module of no known kind: it ${imported} and ${exporting}; ${kindsAdvice}`);
}
