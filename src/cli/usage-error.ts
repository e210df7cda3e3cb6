import { DownpourError } from '../errors.ts'
import { didYouMean } from '../plan/nearest.ts'
import { npmCommand } from './npm-command.ts'

/** What was typed, and what could have been. */
export interface Usage {
  /** What yargs says, in English. */
  readonly message: string
  readonly args: readonly string[]
  /** The commands that were recognised: `['db']` of `db strat`. */
  readonly command: readonly string[]
  /** What may follow them, options with their dashes. */
  readonly known: readonly string[]
}

/** Says in this project's words what yargs found wrong with the arguments. */
export function usageError(usage: Usage): DownpourError {
  const { message, command } = usage
  const help = `See "${npmCommand([...command, '--help'])}".`
  for (const [pattern, describe] of patterns) {
    const match = pattern.exec(message)
    if (match) return new DownpourError({ code: 'USAGE', ...describe(match, usage, help) })
  }
  return new DownpourError({
    code: 'USAGE',
    message: 'That command cannot be understood',
    why: message.replaceAll(/\s+/g, ' '),
    fix: help,
  })
}

type Describe = (
  match: RegExpExecArray,
  usage: Usage,
  help: string,
) => { readonly message: string; readonly why: string; readonly fix: string }

const patterns: readonly (readonly [RegExp, Describe])[] = [
  [
    /^Unknown (?:argument|command)s?: (.+)/,
    ([, names], usage, help) => describeUnknown(firstUnknown(names!, usage.args), usage, help),
  ],
  [
    /^Not enough arguments following: (\S+)/,
    ([, name], _usage, help) => ({
      message: `${dashed(name!)} has no value`,
      why: 'It takes one, and nothing follows it.',
      fix: help,
    }),
  ],
  [
    /Argument: (\S+), Given: "([^"]*)", Choices: (.*)/,
    ([, name, given, choices], { known }) => {
      const words = choices!.replaceAll('"', '')
      return {
        message: `${known.includes(dashed(name!)) ? dashed(name!) : name!} cannot be "${given!}"`,
        why: 'It takes one of a few words.',
        fix: `${didYouMean(given!, words.split(', '))}Use one of: ${words}.`,
      }
    },
  ],
  [
    /^Arguments (\S+) and (\S+) are mutually exclusive/,
    ([, one, other]) => ({
      message: `${dashed(one!)} and ${dashed(other!)} do not go together`,
      why: 'Each of them says what to do with rows that are there.',
      fix: 'Leave one of them out.',
    }),
  ],
  [
    /^Not enough non-option arguments|^Say /,
    ({ input }, { command, known }, help) => ({
      message: 'The command is not complete',
      why: input.startsWith('Say ') ? input : `"${command.join(' ')}" takes one more word.`,
      fix: `${listed(known)}${help}`,
    }),
  ],
]

function describeUnknown(typed: string, { command, known }: Usage, help: string) {
  const isOption = typed.startsWith('-')
  const name = isOption ? typed.split('=')[0]! : typed
  const hint = didYouMean(
    name,
    known.filter((candidate) => candidate.startsWith('-') === isOption),
  )
  const takesCommand = known.some((candidate) => !candidate.startsWith('-'))
  const where = command.length > 0 ? `"${npmCommand(command)}"` : 'Downpour'
  return {
    message: isOption
      ? `There is no option ${name}`
      : takesCommand
        ? `There is no command "${[...command, name].join(' ')}"`
        : `"${name}" is one word too many`,
    why: `${where} does not know it.`,
    fix: `${hint}${help}`,
  }
}

/** yargs names options without their dashes, and some twice; a misspelled command comes first. */
function firstUnknown(names: string, args: readonly string[]): string {
  const unknown = names.split(', ')
  const typed = args.filter((arg) => unknown.includes(arg.replace(/^-+/, '').split('=')[0]!))
  return typed.find((arg) => !arg.startsWith('-')) ?? typed[0] ?? unknown[0]!
}

function dashed(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

function listed(known: readonly string[]): string {
  const words = known.filter((candidate) => !candidate.startsWith('-'))
  return words.length === 0 ? '' : `Use one of: ${words.join(', ')}. `
}
