/**
 * Raised whenever a generator gives other values than before for the same plan: what an older version
 * began, a newer one cannot go on with.
 */
export const generatorsVersion = 4
