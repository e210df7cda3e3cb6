import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Both have the same interface. */
export type SeederName = 'Downpour' | 'drizzle-seed'

/** What a process is asked for: to fill an empty table once. */
export interface SeederRequest {
  readonly url: string
  readonly seeder: SeederName
  /** Columns of the table. */
  readonly width: number
  readonly rows: number
}

/** How it went: of what fails, the first line of the reason. */
export type SeederAnswer =
  | { readonly kind: 'done'; readonly seconds: number; readonly peakRssBytes: number }
  | { readonly kind: 'failed'; readonly reason: string }

/** A process of one seeder, so that its memory and its compiled code are its own. */
export interface SeederProcess {
  load(request: SeederRequest): Promise<SeederAnswer>
  end(): void
}

export function startSeederProcess(): SeederProcess {
  const child = fork(fileURLToPath(new URL('./seeder-process-main.ts', import.meta.url)), {
    execArgv: ['--import', import.meta.resolve('tsx')],
  })
  const exited = once(child, 'exit')
  return {
    async load(request) {
      const answered = once(child, 'message')
      child.send(request)
      const ended = exited.then(([code, signal]) => {
        throw new Error(`The process of ${request.seeder} has ended with ${code ?? signal}`)
      })
      const [answer] = await Promise.race([answered, ended])
      return answer as SeederAnswer
    },
    end: () => child.disconnect(),
  }
}
