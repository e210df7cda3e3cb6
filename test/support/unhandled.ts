import { afterAll, afterEach, beforeAll, expect } from 'vitest'

/** Fails a test of this file after which a rejection or an exception was left to nobody. */
export function expectNothingUnhandled(): void {
  const unhandled: unknown[] = []
  const note = (error: unknown) => unhandled.push(error)

  beforeAll(() => {
    process.on('unhandledRejection', note).on('uncaughtException', note)
  })

  afterEach(async () => {
    // Stray events come in a later turn.
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(unhandled.splice(0)).toEqual([])
  })

  afterAll(() => {
    process.off('unhandledRejection', note).off('uncaughtException', note)
  })
}
