import { fileURLToPath } from 'node:url'
import { loadProject } from '../../src/config/load-project.ts'
import type { Project } from '../../src/config/load-project.ts'
import { command } from '../support/command.ts'

/** The project of the tables that peers are compared on. */
export async function loadPeersProject(): Promise<Project> {
  return loadProject(configFile)
}

/** The command itself, from the start of its process to the end. */
export async function seedTransactions(url: string, rows: number): Promise<void> {
  const { pathname } = new URL(url)
  const [tables, count, confirm] = ['transactions', `transactions=${rows}`, pathname.slice(1)]
  const args = ['--config', configFile, '--only', tables, '--count', count, '--confirm', confirm]
  await command(url, 'seed', ...args)
}

const configFile = fileURLToPath(new URL('./project/downpour.config.ts', import.meta.url))
