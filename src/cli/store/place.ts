/** Where the store is when nobody says: in the user's data directory (XDG Base Directory Specification 0.8). */
import { isAbsolute, join } from 'node:path';
import type { Environment } from '../sources.ts';

/** The directory; undefined when the environment has neither XDG_DATA_HOME nor HOME. */
export function defaultStore(environment: Environment): string | undefined {
  const data = environment.XDG_DATA_HOME ?? '';
  // A relative XDG_DATA_HOME is invalid by the specification and to be ignored.
  if (isAbsolute(data)) return join(data, 'slung/store');
  return environment.HOME ? join(environment.HOME, '.local/share/slung/store') : undefined;
}
