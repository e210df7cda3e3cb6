import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import type { TestUserConfig } from 'vitest/config'

export default defineConfig({ test: configure('*.test.ts') })

/** @param names - of the test files, as a glob */
export function configure(names: string): TestUserConfig {
  const patience = { testTimeout: 60_000, hookTimeout: 60_000 }
  return {
    globalSetup: ['test/support/global-setup.ts'],
    // Much of the time a test waits for a server or another process.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        test: {
          ...patience,
          name: 'alone',
          include: [`test/{unit,properties,golden}/**/${names}`],
          // They touch nothing that the next file could find changed.
          isolate: false,
        },
      },
      {
        test: {
          ...patience,
          name: 'with a server',
          include: [`test/{integration,faults,cli}/**/${names}`],
        },
      },
    ],
  }
}
