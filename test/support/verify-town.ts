import { verifyDatabase } from '../../src/verify/verify.ts'
import type { VerifyReport, VerifyRequest } from '../../src/verify/verify.ts'
import { townProject } from './seed-town.ts'

/** Verifies what runs have loaded into the town, unless something else is said. */
export function verifyTown(
  url: string,
  wishes: Partial<Omit<VerifyRequest, 'url'>> = {},
): Promise<VerifyReport> {
  return verifyDatabase({
    url,
    project: townProject,
    against: { run: undefined, only: undefined },
    isQuick: false,
    most: 5,
    showsValues: true,
    signal: new AbortController().signal,
    onProgress: () => {},
    ...wishes,
  })
}
