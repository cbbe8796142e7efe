/**
 * The core modules of one component, capped and compiled once however often they are instantiated. Those that the file
 * plainly instantiates are compiled when the component is loaded; the others, such as modules that are only passed on,
 * when somebody needs them, if ever.
 */

import { compileModule } from '../binary/compile.ts';
import { refusal } from '../binary/refusal.ts';
import { type CappedModule, capModule } from '../binary/rewrite.ts';
import { PluginError } from '../guest.ts';
import type { ComponentDefinition, ModuleDefinition } from './definitions.ts';

export interface CompiledModule {
  readonly module: WebAssembly.Module;
  /** How many memories and tables one instance adds. */
  readonly memories: number;
  readonly tables: number;
  /** For messages. */
  readonly name: string;
}

export class ModuleCache {
  readonly #maxPages: number;
  readonly #compiled = new Map<ModuleDefinition, CompiledModule>();

  constructor(maxPages: number) {
    this.#maxPages = maxPages;
  }

  /** @throws PluginError that says which module, when it is not valid or its memory is too large */
  get(definition: ModuleDefinition): CompiledModule {
    const known = this.#compiled.get(definition);
    if (known !== undefined) return known;
    const name = `core module ${definition.number}`;
    const { bytes, memories, tables } = this.#cap(definition, name);
    const compiled = { module: compileModule(bytes, name), memories, tables, name };
    this.#compiled.set(definition, compiled);
    return compiled;
  }

  #cap(definition: ModuleDefinition, name: string): CappedModule {
    try {
      return capModule(definition.bytes, this.#maxPages);
    } catch (error) {
      if (error instanceof PluginError) throw refusal(`${name}: ${error.message}`);
      throw error;
    }
  }

  /** Compiles what `component`, or a component in it, instantiates by an index of a module of its own. */
  compileUsed(component: ComponentDefinition): void {
    const own: (ModuleDefinition | undefined)[] = [];
    for (const definition of component.definitions) {
      if (definition.kind === 'core module') own.push(definition);
      else if (definition.kind === 'component') this.compileUsed(definition);
      else if (definition.kind === 'core instance') {
        const module = own[definition.module];
        if (module !== undefined) this.get(module);
      } else if ('sort' in definition && definition.sort === 'core module') own.push(undefined);
    }
  }
}
