/** `slung store write`: flags → settings → run → exit code. */
import { writeSettings } from '../../config/write.ts';
import { Exit } from '../../text/explained.ts';
import { commandOf } from '../commands.ts';
import { resolveLine } from '../line.ts';
import { refuseForgottenFlags } from '../operands.ts';
import { finish, hosted, levelOfTalk } from '../running.ts';
import { defaultStore } from '../store/place.ts';
import type { World } from '../world.ts';

/** The exit code of one run. @throws UsageError, StoreError */
export async function storeWriteCommand(argv: readonly string[], world: World): Promise<number> {
  const { resolved, operands } = resolveLine('store write', argv, world.environment);
  refuseForgottenFlags('store write', operands, world);
  const settings = writeSettings(resolved, operands, defaultStore(world.environment));
  if (operands.length === 0 && world.isTTY(0)) {
    const [{ helpText }, { paintFor }] = await Promise.all([import('../help/help.ts'), import('../color.ts')]);
    const paint = await paintFor(levelOfTalk(settings.talk, world));
    world.write(2, helpText('brief', commandOf('store write'), paint));
    return Exit.usage;
  }
  const runStoreWrite = await world.loadRunStoreWrite();
  return finish(await hosted(settings, world, (host) => runStoreWrite(settings, host)), world);
}
