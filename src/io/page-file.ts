/**
 * A page that is one file of HTML with one script and one style in it. Nothing else runs or is loaded there: their
 * checksums are named in its policy, and texts become markup nowhere.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Page } from './pages-listen.ts';

/** Throws the system's error when there is no such file. */
export function pageOfFile(file: URL): Page {
  const text = readFileSync(file, 'utf8');
  const sumOf = (tag: string): string => {
    const [, content = ''] = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(text) ?? [];
    return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
  };
  const policy = [
    "default-src 'none'",
    `script-src ${sumOf('script')}`,
    `style-src ${sumOf('style')}`,
    "connect-src 'self'",
    'img-src data:',
    ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
    ...["require-trusted-types-for 'script'", "trusted-types 'none'"],
  ].join('; ');
  return { type: 'text/html; charset=utf-8', text, headers: { 'Content-Security-Policy': policy } };
}
