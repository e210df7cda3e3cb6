/** One end of the line between a thread and the one that started it. */
export interface Port<Sent, Received> {
  /**
   * Sends a copy.
   *
   * @throws DataCloneError for functions and Drizzle tables
   */
  post(message: Sent): void
  /** Messages that came before the first listener are kept for it. */
  onMessage(listener: (message: Received) => void): void
}

/** What the module of a thread exports as `main`. The thread ends when it has returned. */
export type ThreadMain<Data, ToThread, FromThread> = (
  port: Port<FromThread, ToThread>,
  data: Data,
) => Promise<void>

/** What a thread is started with. */
export interface ThreadTask {
  /** The URL of the module that exports `main`. */
  readonly module: string
  readonly data: unknown
}

/** What a thread tells the one that started it. */
export type ThreadReport =
  | { readonly kind: 'message'; readonly message: unknown }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly error: ErrorData }

/** An error as it travels: cloned, an error would lose its class and all fields but the message. */
export interface ErrorData {
  readonly isDownpourError: boolean
  readonly message: string
  readonly stack: string | undefined
  readonly fields: Readonly<Record<string, unknown>>
  readonly cause: ErrorData | undefined
}
