/**
 * How a WASI guest ends other than by returning or trapping. `ProcExit` unwinds the guest from inside `proc_exit` and
 * `wasi:cli/exit`; whoever called the guest decides what the status means. `GuestExit` is what remains of it when a
 * filter ends with a status that is not 0.
 */

/** Thrown out of the guest by its own wish. For a Tangent plugin, which is not to end at all, it is a failure. */
export class ProcExit extends Error {
  override readonly name = 'ProcExit';
  /** As the guest gave it: any u32. */
  readonly status: number;

  constructor(status: number) {
    super(`it ended itself with exit status ${status}`);
    this.status = status;
  }
}

/** A filter said with its exit status that it failed. The message is one line without the plugin's name. */
export class GuestExit extends Error {
  override readonly name = 'GuestExit';
  /** Never 0. */
  readonly status: number;

  constructor(status: number) {
    super(`it ended with exit status ${status}`);
    this.status = status;
  }
}
