/** The hostile plugins of fixtures/plugins/hostile: one compilation of each file, into which a name is written. */
import { compilePlugin } from './plugins.ts';

export type HostileKind = 'tangent' | 'wasi' | 'program';

/** A filter may import from WASI only. */
const flags: Readonly<Record<HostileKind, readonly string[]>> = {
  tangent: ['--runtime', 'stub'],
  wasi: ['--runtime', 'stub', '--use', 'abort='],
  program: ['--runtime', 'stub'],
};

const MARK = 'MODE-->:';
const ROOM = 32;

/** The module that does what the name says; the fixture's source has the names. */
export async function hostilePlugin(kind: HostileKind, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await compilePlugin(`fixtures/plugins/hostile/${kind}.ts`, flags[kind]);
  const at = Buffer.from(bytes).indexOf(`${MARK}${'.'.repeat(ROOM)}`);
  if (at < 0) throw new Error(`fixtures/plugins/hostile/${kind}.ts has no place for a name`);
  if (name.length > ROOM) throw new Error(`${name} is too long`);
  bytes.set(Buffer.from(name.padEnd(ROOM)), at + MARK.length);
  return bytes;
}
