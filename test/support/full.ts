/**
 * Long tests have two sizes: one that is enough for every day, and the full one with `SLUNG_TEST=full`, for changes to
 * what they are about.
 */
export const isFull: boolean = process.env.SLUNG_TEST === 'full';

/** How often, or every how many: the one for every day, or the full one. */
export const sized = (daily: number, full: number): number => (isFull ? full : daily);
