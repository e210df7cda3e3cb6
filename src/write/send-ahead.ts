import { setImmediate } from 'node:timers/promises'

/** The server finds the second when it is done with the first; more would only take memory. */
const mostUnanswered = 2

/**
 * Sends statements in order without waiting for the answer to the one before: while the server is at
 * one, the next is made and sent. After one that fails at most one more is sent, which has to be in
 * the same transaction.
 *
 * @param statements - made as they are taken
 * @returns the sum of what `send` gave
 * @throws the first error of `send`, else that of `statements`; nothing is unanswered then
 */
export async function sendAhead<T>(
  statements: Iterable<T>,
  send: (statement: T) => Promise<number>,
): Promise<number> {
  let stored = 0
  const unanswered: Promise<number>[] = []
  async function receiveFirst(): Promise<void> {
    stored += await unanswered[0]!
    void unanswered.shift()
  }
  try {
    for (const statement of statements) {
      if (unanswered.length === mostUnanswered) await receiveFirst()
      const answer = send(statement)
      unanswered.push(answer)
      // It may fail while the next one is made, and is awaited after that.
      answer.catch(() => {})
      // The driver writes to the socket in a later turn.
      await setImmediate()
    }
  } finally {
    await Promise.allSettled(unanswered)
    while (unanswered.length > 0) await receiveFirst()
  }
  return stored
}
