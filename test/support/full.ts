/**
 * Long tests have two sizes: one that is enough for every day, and the full one with `SLUNG_TEST=full`, for changes to what
 * they are about.
 */
export const isFull: boolean = process.env.SLUNG_TEST === 'full';
