import { DownpourError } from '../errors.ts'
import { quoteLiteral } from '../postgres/literal.ts'
import { serverError, serverSaid } from '../postgres/server-error.ts'
import type { Session } from '../postgres/session.ts'
import type { ComparedColumn } from './compared-table.ts'
import { nextRow, readRows, rowHead } from './row-messages.ts'
import type { ByteSink } from '../write/encode/sink.ts'
import { appendBytes } from '../write/encode/sink.ts'

/**
 * Appends the cells, length and bytes, in which a column would store values given as text.
 *
 * @returns where each begins, and at last where the last one ends
 */
export type AskServer = (
  column: ComparedColumn,
  texts: readonly string[],
  sink: ByteSink,
) => Promise<Int32Array>

/** The statement that a question is asked in stays below this. */
const mostCharacters = 4_000_000

/**
 * Casts texts to a column's type on the server, and reads what becomes of them in the form in which
 * the column is read. Nothing is stored.
 *
 * @param open - gives a session of its own, once: the first one is being read from meanwhile
 */
export function askServer(open: () => Promise<Session>): AskServer {
  let opened: Promise<Session> | undefined
  return async (column, texts, sink) => {
    const session = await (opened ??= open())
    const starts = new Int32Array(texts.length + 1)
    starts[0] = sink.length
    let answered = 0
    for (const batch of batchesOf(texts)) {
      try {
        const copy = await session.copyOut(castStatement(column, batch))
        for await (const rows of readRows(copy)) {
          for (let at = 0; at < rows.length;) {
            const end = nextRow(rows, at)
            appendBytes(sink, rows, at + rowHead, end)
            starts[++answered] = sink.length
            at = end
          }
        }
      } catch (error) {
        throw castError(column, error)
      }
    }
    return starts
  }
}

function* batchesOf(texts: readonly string[]): Iterable<readonly string[]> {
  let first = 0
  let characters = 0
  for (const [index, text] of texts.entries()) {
    characters += text.length
    if (characters < mostCharacters || index === first) continue
    yield texts.slice(first, index)
    first = index
    characters = text.length
  }
  if (first < texts.length) yield texts.slice(first)
}

function castStatement({ declared, form }: ComparedColumn, texts: readonly string[]): string {
  const value = form === 'text' ? `value::${declared}::text` : `value::${declared}`
  return `copy (select ${value} from unnest(${quoteLiteral(arrayLiteral(texts))}::text[]) as given(value)) to stdout (format binary)`
}

function arrayLiteral(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`
}

/** The server's message may quote the value. */
function castError({ target }: ComparedColumn, error: unknown): unknown {
  const reason = serverError(error)
  if (!reason || !/^(?:22|23)/.test(reason.code)) return error
  return new DownpourError({
    code: 'VERIFY_VALUE',
    message: `Cannot compare "${target.table}": column "${target.name}" cannot hold what the plan gives`,
    why: `${serverSaid(reason)}.`,
    fix: 'Verify with the schema and the seeders of the run.',
    exitCode: 4,
    table: target.table,
    column: target.name,
  })
}
