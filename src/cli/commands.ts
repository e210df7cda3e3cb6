import type { CommandModule } from 'yargs'

/** In the order in which help lists them. */
const loaders = {
  seed: async () => (await import('./seed.ts')).seedCommand,
  plan: async () => (await import('./plan.ts')).planCommand,
  status: async () => (await import('./status.ts')).statusCommand,
  rejects: async () => (await import('./rejects.ts')).rejectsCommand,
  verify: async () => (await import('./verify.ts')).verifyCommand,
  undo: async () => (await import('./undo.ts')).undoCommand,
  restore: async () => (await import('./restore.ts')).restoreCommand,
  reset: async () => (await import('./reset.ts')).resetCommand,
  migrate: async () => (await import('./migrate.ts')).migrateCommand,
  init: async () => (await import('./init.ts')).initCommand,
  preview: async () => (await import('./preview.ts')).previewCommand,
  export: async () => (await import('./export.ts')).exportCommand,
  bench: async () => (await import('./bench.ts')).benchCommand,
  db: async () => (await import('./db.ts')).dbCommand,
  completion: async () => (await import('./completion.ts')).completionCommand,
} as unknown as Readonly<Record<string, () => Promise<CommandModule>>>

export const commandNames: readonly string[] = Object.keys(loaders)

/**
 * The command that the arguments begin with, or all of them where they begin with none: loading a
 * command takes a millisecond for each of its files.
 */
export function loadCommands(args: readonly string[]): Promise<readonly CommandModule[]> {
  const [first] = args
  const names = first !== undefined && Object.hasOwn(loaders, first) ? [first] : commandNames
  return Promise.all(names.map((name) => loaders[name]!()))
}
