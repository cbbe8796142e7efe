/**
 * The core modules of one component: measured when the component is loaded, so that its memory can be divided among
 * those that are instantiated, and compiled once however often that is.
 */

import { compileModule } from '../binary/compile.ts';
import { checkCosts } from '../binary/costs.ts';
import { readCoreModule } from '../binary/module.ts';
import { refusal } from '../binary/refusal.ts';
import { capModule } from '../binary/rewrite.ts';
import { type Room, type Share, shareOut } from '../binary/room.ts';
import { PluginError } from '../guest.ts';
import type { ModuleDefinition } from './definitions.ts';

/** What one instance of a module adds. */
export interface MeasuredModule extends Room {
  /** Where it imports its memory from, when it does. */
  readonly memoryFrom: { readonly module: string; readonly name: string } | undefined;
  /** The names that it exports its memory by. */
  readonly memoryNames: readonly string[];
  /** Functions, globals, exports and segments. */
  readonly parts: number;
  /** For messages. */
  readonly name: string;
}

/** How a component uses a module. */
export interface ModuleUse {
  instances: number;
  /** The module, or one that is given its memory, may make it larger. */
  memoryGrows: boolean;
}

export class ModuleCache {
  readonly #maxPages: number;
  readonly #measured = new Map<ModuleDefinition, MeasuredModule>();
  readonly #compiled = new Map<ModuleDefinition, WebAssembly.Module>();

  /** @param maxPages what all memories and tables of an instance of the component may have */
  constructor(maxPages: number) {
    this.#maxPages = maxPages;
  }

  /** @throws PluginError that says which module, when it is malformed or would cost too much */
  measure(definition: ModuleDefinition): MeasuredModule {
    const known = this.#measured.get(definition);
    if (known !== undefined) return known;
    const name = `core module ${definition.number}`;
    const measured = named(name, () => {
      const core = readCoreModule(definition.bytes);
      const { memories, tables, imports, exports } = core;
      return {
        name,
        memories,
        tables,
        ...checkCosts(definition.bytes, core),
        memoryFrom: imports.find(({ kind }) => kind === 'memory'),
        memoryNames: exports.filter(({ kind }) => kind === 'memory').map((item) => item.name),
      };
    });
    this.#measured.set(definition, measured);
    return measured;
  }

  /**
   * Divides the memory among the modules that are instantiated, and compiles them.
   * @throws PluginError that says which module, when it is not valid, or that they start larger than they may be
   */
  compile(uses: ReadonlyMap<ModuleDefinition, ModuleUse>): void {
    const measured = [...uses].map(([definition, use]) => ({ ...this.measure(definition), ...use }));
    const growsTable = measured.some((module) => module.growsTable);
    const rooms = measured.map((module) => ({ ...module, growsMemory: module.memoryGrows, growsTable }));
    const shares = shareOut(rooms, this.#maxPages);
    for (const [i, definition] of [...uses.keys()].entries()) this.#compile(definition, shares[i]!);
  }

  #compile(definition: ModuleDefinition, share: Share): void {
    const { name } = this.measure(definition);
    const bytes = named(name, () => capModule(definition.bytes, share));
    this.#compiled.set(definition, compileModule(bytes, name));
  }

  /** One that `compile` has met. */
  get(definition: ModuleDefinition): WebAssembly.Module {
    return this.#compiled.get(definition)!;
  }
}

function named<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof PluginError) throw refusal(`${name}: ${error.message}`);
    throw error;
  }
}
