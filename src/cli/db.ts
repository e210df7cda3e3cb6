import type { Argv, CommandModule } from 'yargs'
import { asTyped } from './npm-command.ts'
import { loadEnvironmentFile, projectFolder } from './open-project.ts'
import { runCommand } from './run-command.ts'
import type { CommonArguments } from './run-command.ts'
import { withCommonOptions } from './options.ts'
import type { Output } from './output.ts'

interface DbArguments extends CommonArguments {
  readonly config?: string | undefined
}

type Action = (
  project: { folder: string },
  output: Output,
) => Promise<{ text: string; json: object }>

/** Loaded when it is needed: `--help` is not. */
const embedded = () => import('../postgres/embedded/server.ts')

const actions: Readonly<Record<string, { readonly describe: string; readonly run: Action }>> = {
  start: {
    describe: 'Start the embedded server and let it stay',
    async run(project) {
      const { startEmbedded } = await embedded()
      const { version, port, pid } = await startEmbedded(project)
      return {
        text: `PostgreSQL ${version} runs on port ${port} until "npx downpour db stop".\nLook at the data: psql "$(npx downpour db url)"`,
        json: { version, port, pid },
      }
    },
  },
  stop: {
    describe: 'Stop the embedded server; its data stays',
    async run(project) {
      const { stopEmbedded } = await embedded()
      const { stopped } = await stopEmbedded(project)
      return { text: stopped ? 'Stopped.' : 'It was not running.', json: { stopped } }
    },
  },
  status: {
    describe: 'Where the embedded server is, and whether it runs',
    async run(project) {
      const { embeddedStatus } = await embedded()
      const status = await embeddedStatus(project)
      const { running } = status
      const state = running
        ? `runs: PostgreSQL ${running.version}, port ${running.port}, pid ${running.pid}, used by ${running.leases} ${running.leases === 1 ? 'command' : 'commands'}${status.stays ? '; stays until "npx downpour db stop"' : ''}`
        : status.exists
          ? 'does not run'
          : 'has not been started yet'
      return {
        text: `The embedded server ${state}\n  folder  ${status.folder}\n  data    ${status.dataFolder}\n  log     ${status.logFile}`,
        json: status,
      }
    },
  },
  url: {
    describe: 'Print its URL, password included',
    async run(project) {
      const { embeddedUrl } = await embedded()
      const url = await embeddedUrl(project)
      return { text: url, json: { url } }
    },
  },
}

/** The words that may follow `db`. */
export const dbActions: readonly string[] = Object.keys(actions)

export const dbCommand: CommandModule<object, object> = {
  command: 'db',
  describe: 'The embedded server: start, stop, status, url',
  builder: (yargs: Argv) =>
    Object.entries(actions)
      .reduce(
        (commands, [name, { describe, run }]) =>
          commands.command({
            command: name,
            describe,
            builder: (inner: Argv) => withCommonOptions(inner),
            handler: (args: DbArguments) => runCommand(args, (output) => act(args, output, run)),
          } as CommandModule<object, DbArguments>),
        yargs,
      )
      .demandCommand(1, 'Say what: start, stop, status or url.'),
  handler: () => {},
}

async function act(args: DbArguments, output: Output, run: Action): Promise<void> {
  const folder = projectFolder(args.config)
  loadEnvironmentFile(folder)
  const { text, json } = await run({ folder }, output)
  output.data(output.isJson ? `${JSON.stringify({ ok: true, ...json })}\n` : `${asTyped(text)}\n`)
}
