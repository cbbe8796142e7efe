/**
 * WASI 0.2 for components, as a closed table in canonical-ABI core form (ABI.md): standard streams, clocks, chance,
 * the variables that were granted, and an exit. It serves plugins of Tangent's world and commands alike. Of files,
 * sockets and HTTP every function exists, so that guests whose language imports them link, and traps when it is
 * called.
 *
 * The surprising part: the linker asks for each import by itself, with its own memory, so what belongs to a guest as a
 * whole (its handles, whether it has ended) is found by its gate, of which each guest has one.
 */
import type { Gate } from '../gate.ts';
import { type CoreFunction, Trap } from '../guest.ts';
import { Handles } from './handles.ts';
import { type ByteSource, noInput, PieceSource } from './input.ts';
import { cliTable } from './preview2-cli.ts';
import type { Lowering, Preview2Host, Preview2Options, Table } from './preview2-context.ts';
import { filesTable } from './preview2-files.ts';
import { ioTable } from './preview2-io.ts';

const mapOf = (tables: Table) =>
  new Map(Object.entries(tables).map(([name, found]) => [name, new Map(Object.entries(found))]));

const withoutFiles = mapOf({ ...ioTable, ...cliTable });
const withFiles = mapOf({ ...ioTable, ...cliTable, ...filesTable });

/** Nothing of these can be had, but for the files of a filter. */
const notGrantedPackages = ['filesystem/', 'sockets/', 'http/'];

/** What all imports of a guest have in common. */
interface GuestState {
  readonly handles: Handles;
  readonly input: ByteSource;
}

const stateByGate = new WeakMap<Gate, GuestState>();

function stateOf(gate: Gate, { stdin }: Preview2Host): GuestState {
  const known = stateByGate.get(gate);
  if (known !== undefined) return known;
  const state = { handles: new Handles(), input: stdin === undefined ? noInput : new PieceSource(stdin) };
  stateByGate.set(gate, state);
  return state;
}

/**
 * @param host without standard streams its standard error takes what the guest writes to either of its outputs
 * @param options of the `canon lower` in question, and the gate of the guest
 * @returns a function that finds an import by `wasi:io/streams@0.2.0` (of any 0.2) and the function's name; undefined
 * for
 *   what WASI 0.2 does not have. It throws a PluginError when the import needs a memory and has none.
 */
export function preview2(
  host: Preview2Host,
  options: Preview2Options,
): (interfaceName: string, functionName: string) => CoreFunction | undefined {
  const state = stateOf(options.gate, host);
  return (interfaceName, functionName) => {
    const path = /^wasi:([a-z0-9-]+\/[a-z0-9-]+)@0\.2(?:[.-].*)?$/.exec(interfaceName)?.[1];
    if (path === undefined) return undefined;
    const table = host.directories === undefined ? withoutFiles : withFiles;
    const lowering = table.get(path)?.get(functionName) ?? notGranted(path);
    const name = `wasi:${path}#${functionName}`;
    if (lowering === undefined) return undefined;
    return options.gate.guardOutside(name, lowering({ host, ...state, options, name }));
  };
}

function notGranted(path: string): Lowering | undefined {
  if (!notGrantedPackages.some((prefix) => path.startsWith(prefix))) return undefined;
  return ({ name }) => {
    return () => {
      throw new Trap(`${name} is not granted`);
    };
  };
}
