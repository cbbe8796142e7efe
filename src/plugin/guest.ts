/**
 * What the parts of src/plugin share: the kinds of plugins, the errors, and what a guest is given. Types and a few
 * small classes only. A guest is one instance of one plugin in one lane; everything here is used on the lane's thread,
 * where the guest runs and where waiting is allowed.
 */

/** How a plugin talks with us; recognised from its bytes (recognise.ts). */
export const pluginKinds = ['tangent-component', 'tangent-core', 'slung', 'wasi'] as const;
export type PluginKind = (typeof pluginKinds)[number];

/** A file cannot be used as a plugin. The message is one line: the reason, without the file's name. */
export class PluginError extends Error {
  override readonly name = 'PluginError';
}

/**
 * The guest did what its ABI forbids, or asked for what it was not granted; thrown from a host function, so that it
 * unwinds the guest. The message is one line without the plugin's name. The instance must not be called again.
 */
export class Trap extends Error {
  override readonly name = 'Trap';
}

/** Any core function; the canonical ABI fixes parameters and results by name. */
export type CoreFunction = (...values: never[]) => unknown;

/** What a guest may say besides its output. Lines for people; nothing here is data. */
export interface GuestTalk {
  /** One warning, without the plugin's name, which is put in front. */
  warn(text: string): void;
  /**
   * Something about times: what -v says of the input or, with the line of the block (from 0) that it is about, a
   * warning. The place is put in front.
   */
  time(text: string, line: number | undefined): void;
}

/** What a guest that runs once over a whole stream (a WASI filter, a Slung program) is given for output and input. */
export interface GuestStream {
  /**
   * Appends to the output; the bytes are copied. They reach the sink at the latest when the next input is asked for.
   * @throws Trap when the guest outputs more than it may before it reads on
   */
  write(bytes: Uint8Array): void;
  /**
   * Hands on what was written, gives the current block back and waits for the next one.
   * @returns its lines as borrowed pieces (good until the next call), or undefined, from then on always, at the end
   */
  nextLines(): readonly Uint8Array[] | undefined;
  /**
   * The same for records: they are in the engine's row table (layout.ts, "row") until the next call.
   * @returns the number of rows (at least 1), or undefined, from then on always, at the end of the input
   */
  nextRows(): number | undefined;
  /** Which input the last rows were of, counted from 1; 0 before the first. */
  readonly inputNumber: number;
}

/** Thrown out of a guest that has asked for more input after the end and has nothing left to do; not an error. */
export class GuestStopped extends Error {
  override readonly name = 'GuestStopped';
}
