/**
 * What goes wrong with a server of NATS, in words. The client's own errors name what it was doing inside ("timeout",
 * "jetstream is not enabled" for a subject that no stream takes); whoever runs slung wants to know which server, which
 * stream, and what to do. Nothing here repeats what a URL or a file has of passwords.
 */
import { describe, errorCode, SinkError, SourceError } from '../io/errors.ts';
import { excerpt, messageLine } from '../text/printable.ts';

/** A cause without its place; whoever has the name of the source or sink puts it in front. */
export class NatsProblem extends Error {
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(messageLine(message), cause === undefined ? undefined : { cause });
    this.name = 'NatsProblem';
    this.code = code;
  }
}

export function asSourceError(name: string, error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  const { code, text } = causeOf(error);
  return new SourceError(name, code, `cannot read ${excerpt(name)}: ${text}`, error);
}

export function asSinkError(name: string, error: unknown): SinkError {
  if (error instanceof SinkError) return error;
  const { code, text } = causeOf(error);
  return new SinkError(name, code, messageLine(`cannot deliver to ${excerpt(name)}: ${text}`), 0, error);
}

/** Why something failed, without its place. */
export function causeOf(error: unknown): { readonly code: string; readonly text: string } {
  if (error instanceof NatsProblem) return { code: error.code, text: error.message };
  return { code: errorCode(error), text: describe(error) };
}

/** We may ask, and not hear what is answered. */
export function noAnswers(shown: string, subject: string, cause?: unknown): NatsProblem {
  const about = `${shown} does not let us subscribe to ${excerpt(subject, 100)}, where its answers go`;
  return new NatsProblem('EINBOX', `${about}; let the user subscribe to _INBOX.>`, cause);
}

/** Why a connection was not made, or is not made again. */
export function connectProblem(shown: string, error: unknown): NatsProblem {
  const name = error instanceof Error ? error.name : '';
  const text = error instanceof Error ? error.message : String(error);
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = errorCode(cause);
  if (name === 'AuthorizationError' || name === 'UserAuthenticationExpiredError') {
    const hint = 'nats://USER:PASSWORD@HOST or creds has what it wants to see';
    return new NatsProblem('EAUTH', `${shown} refuses who asks (${excerpt(text, 100)}); ${hint}`, error);
  }
  const unreachable = `cannot reach ${shown}`;
  if (code === 'ECONNREFUSED' || text === 'connection refused') {
    return new NatsProblem('ECONNREFUSED', `${unreachable} (connection refused)`, error);
  }
  if (name === 'TimeoutError') {
    const may = 'it may be no server of NATS, or have as many connections as it takes';
    return new NatsProblem('ETIMEDOUT', `${unreachable} (no answer in time): ${may}`, error);
  }
  if (/unexpected response|undefined error/.test(text)) {
    const hint = 'its port for clients is 4222, if nobody has changed it';
    return new NatsProblem('EPROTO', `${unreachable}: what listens there is no server of NATS; ${hint}`, error);
  }
  if (/ALTNAME/.test(code)) {
    const why = excerpt(cause instanceof Error ? cause.message : text, 200);
    const hint = 'url has to have a name that the certificate is for';
    return new NatsProblem(code, `${unreachable}: its certificate is for another server (${why}); ${hint}`, error);
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO/.test(code)) {
    const hint = 'ca: FILE names the authority that has signed the certificate';
    const why = excerpt(cause instanceof Error ? cause.message : text, 200);
    return new NatsProblem(code, `${unreachable}: its certificate is not trusted (${why}); ${hint}`, error);
  }
  if (text.includes("does not support 'tls'")) {
    return new NatsProblem('ENOTLS', `${unreachable}: it has no TLS; write nats:// instead of tls://`, error);
  }
  if (code === 'EUNKNOWN') return new NatsProblem('EUNKNOWN', `${unreachable} (${excerpt(text, 200)})`, error);
  return new NatsProblem(code, `${unreachable}: ${describe(cause)}`, error);
}
