/**
 * A call of a Slung program that fails without breaking a rule. The program gets a sentinel (0, 0.0 or 1), the user a
 * warning; a broken rule is a Trap instead (../guest.ts).
 */

/** A host function cannot do what it was asked for; the message is for the user, without the function's name. */
export class CallFailure extends Error {
  override readonly name = 'CallFailure';
}
