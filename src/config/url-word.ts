/** Which words of a command line are URLs and no files. */

const schemes = /^(?:file|dir|https?|tcp|unix|wss?|nats|tls|store):/i;

/**
 * Whether a word says where else something is read or written. A scheme that slung does not know is one only with //
 * behind it: names of files may have colons.
 */
export function isUrlWord(text: string): boolean {
  return text.includes(':') && (schemes.test(text) || /^[a-z][a-z0-9+.-]*:\/\//i.test(text));
}
