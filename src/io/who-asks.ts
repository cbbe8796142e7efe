/**
 * Who connects to one of our ports: from which page, and with which token; and who is able to connect at all.
 *
 * The surprising part: a web page may open WebSockets to any machine that its reader can reach, and post to it, and no
 * browser asks first whether it may. Only the header Origin reveals it. It is compared with the address that we listen
 * on and not with the header Host, which contains the page's own name if a name server points that name here.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Programs send no Origin; pages cannot leave it out. @param host as it was typed, without brackets */
export function isWelcomeOrigin(
  { headers: { origin }, socket: { localAddress } }: IncomingMessage,
  { origins, host }: { readonly origins: readonly string[]; readonly host: string },
): boolean {
  if (origin === undefined) return true;
  if (origins.includes('*') || origins.includes(origin.toLowerCase())) return true;
  if (!URL.canParse(origin)) return false;
  const page = new URL(origin).hostname.replace(/^\[|\]$/g, '');
  return isLoopback(page) || page === host.toLowerCase() || page === localAddress?.replace(/^::ffff:/i, '');
}

/** `Authorization: Bearer TOKEN`; with `or-query` also `?token=TOKEN`, for pages, which cannot set headers. */
export function showsToken(
  { headers, url = '' }: IncomingMessage,
  token: string,
  where: 'header' | 'or-query',
): boolean {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  const query = where === 'header' ? undefined : new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('token');
  return [bearer, query].some((shown) => typeof shown === 'string' && isSame(shown, token));
}

/** Takes as long for every text: checksums have one length. */
function isSame(shown: string, token: string): boolean {
  const sum = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(sum(shown), sum(token));
}

/** An address or a name of this machine that no other one reaches. */
export function isLoopback(host: string): boolean {
  return host === '::1' || host === 'localhost' || /^(::ffff:)?127\.\d+\.\d+\.\d+$/i.test(host);
}
