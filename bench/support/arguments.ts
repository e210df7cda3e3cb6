import yargs from 'yargs'
import type { Options } from 'yargs'
import { hideBin } from 'yargs/helpers'

/** An option that takes a whole number from 1. */
export function count(defaultValue: number, describe: string) {
  return { type: 'string', default: String(defaultValue), describe, coerce: toCount } as const
}

/** An option that takes several of them, separated by commas. */
export function counts(defaultValue: string, describe: string) {
  const coerce = (text: string): readonly number[] => text.split(',').map(toCount)
  return { type: 'string', default: defaultValue, describe, coerce } as const
}

function toCount(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`"${text}" is no whole number from 1.`)
  return Number(text)
}

/**
 * Reads what a benchmark is told, and explains it with `--help`; ends the process with 2 where it is
 * told something else.
 *
 * @param script - what `npm run` calls it
 * @param options - as yargs takes them
 * @param parts - what it can be made of; all of them where none is named
 * @example
 * const { rows } = await readArguments('bench:citus', { rows: count(2_000_000, 'Rows') })
 */
export async function readArguments<O extends Readonly<Record<string, Options>>>(
  script: string,
  options: O,
  parts: readonly string[] = [],
) {
  const usage = parts.length > 0 ? `$0 [${parts.join('|')}..] [options]` : '$0 [options]'
  const told = await yargs(hideBin(process.argv))
    .scriptName(`npm run ${script} --`)
    .usage(usage)
    .options(options)
    .strictOptions()
    .version(false)
    .check(({ _: names }) => {
      const unknown = names.find((name) => !parts.includes(String(name)))
      if (unknown === undefined) return true
      const choice = parts.length > 0 ? ` Choose from: ${parts.join(', ')}.` : ''
      throw new Error(`There is no part "${unknown}".${choice}`)
    })
    .fail((message, error) => {
      console.error(message ?? error.message)
      process.exit(2)
    })
    .parse()
  const names = told._.map(String)
  return { ...told, parts: names.length > 0 ? names : parts }
}
