/** Paths of sockets: systems have a fixed room for them, and silently cut longer ones. */
import { platform } from 'node:os';

/** The room of Linux and of macOS, without the NUL at the end. */
const MOST_BYTES = platform() === 'darwin' ? 103 : 107;

/** Why the path is none of a socket, with what helps; undefined when it is one. */
export function socketPathProblem(path: string): string | undefined {
  const bytes = Buffer.byteLength(path);
  if (bytes <= MOST_BYTES) return undefined;
  return `its path has ${bytes} bytes, and that of a socket may have ${MOST_BYTES}; choose a shorter one`;
}
