import { createServer } from 'node:net'

/**
 * The first of `wanted` that nobody listens on, else any free port of the loopback interface.
 * Somebody may still take it before it is used.
 */
export async function freePort(wanted: readonly number[] = []): Promise<number> {
  for (const port of wanted) {
    const got = await listenOnce(port)
    if (got !== undefined) return got
  }
  const any = await listenOnce(0)
  if (any === undefined) throw new Error('the system gave no free port')
  return any
}

function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined)
      else reject(error)
    })
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      const got = typeof address === 'object' && address !== null ? address.port : undefined
      server.close(() => resolve(got))
    })
  })
}
