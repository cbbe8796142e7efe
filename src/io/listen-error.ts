/** Why a server cannot listen, with what helps. */
import { errorCode, SourceError, sourceError } from './errors.ts';

/** @param name the address as it was written. @param example one that would do */
export function listenError(name: string, error: unknown, example: string): SourceError {
  if (error instanceof SourceError) return error;
  const code = errorCode(error);
  return new SourceError(
    name,
    code,
    `${sourceError(name, 'listen on', error).message}; ${nextStep(code, example)}`,
    error,
  );
}

function nextStep(code: string, example: string): string {
  if (code === 'EADDRINUSE')
    return 'another program listens there: end it, or choose another port (0: any that is free)';
  if (code === 'EACCES') return 'ports below 1024 need rights: choose one above';
  if (code === 'EADDRNOTAVAIL') return 'this machine does not have that address: 127.0.0.1 is its own';
  return `write an address of this machine, as in ${example}`;
}
