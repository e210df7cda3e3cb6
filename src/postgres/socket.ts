import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import type { DatabaseUrl } from './url.ts'

/** The server was reached, but no encrypted connection came about. */
export class TlsError extends Error {
  override readonly name = 'TlsError'
}

/** What of an address a socket is opened by. */
export type SocketAddress = Pick<DatabaseUrl, 'host' | 'port' | 'ssl' | 'certificates'>

/** Nobody answered in time. */
export class ConnectTimeout extends Error {
  override readonly name = 'ConnectTimeout'
}

/**
 * Opens the socket to a server, encrypted when asked, up to the point where PostgreSQL's start-up
 * message is due. The driver is given a ready socket so that it can never open a second one.
 *
 * @param address - Where to, and with which `ssl`.
 * @param milliseconds - After which the attempt is given up.
 * @throws the system's error (`ECONNREFUSED`, …), {@link TlsError} or {@link ConnectTimeout}.
 */
export async function openSocket(address: SocketAddress, milliseconds: number): Promise<Socket> {
  const { host, port, ssl } = address
  const local = host.startsWith('/')
  const socket = local ? connect(`${host}/.s.PGSQL.${port}`) : connect({ host, port })
  const timer = setTimeout(() => socket.destroy(new ConnectTimeout()), milliseconds)
  // Outlives every other listener: an error after the connection was given up has no reader.
  socket.on('error', () => {})
  try {
    await once(socket, 'connect')
    // Small messages (COPY's end, COMMIT) must not wait for the server to acknowledge earlier ones.
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 60_000)
    return ssl === false || local ? socket : await encrypt(socket, address)
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])

async function encrypt(socket: Socket, address: SocketAddress): Promise<Socket> {
  const answer = await ask(socket)
  // More than one byte would be plain text slipped in before the handshake (CVE-2021-23222).
  if (answer === 'N') {
    if (address.ssl === 'prefer') return socket
    throw new TlsError('the server does not offer TLS')
  }
  if (answer !== 'S') throw new TlsError('the server gave no proper answer to the request for TLS')

  const { host } = address
  const encrypted = connectTls({
    socket,
    ...(isIP(host) === 0 ? { servername: host } : { host }),
    ...tlsOptions(address),
  })
  encrypted.on('error', () => {})
  try {
    await rejecting(socket, once(encrypted, 'secureConnect'))
  } catch (error) {
    if (error instanceof ConnectTimeout) throw error
    throw new TlsError(error instanceof Error ? error.message : String(error))
  }
  return encrypted
}

/**
 * How node verifies a server, and shows who the client is.
 *
 * @throws TlsError for a file that cannot be read
 */
export function tlsOptions({
  ssl,
  certificates,
}: Pick<SocketAddress, 'ssl' | 'certificates'>): ConnectionOptions {
  const { root, own, key } = certificates
  return {
    rejectUnauthorized: ssl === 'verify-full' || ssl === 'verify-ca',
    ...(ssl === 'verify-ca' && { checkServerIdentity: () => undefined }),
    ...(root !== undefined && { ca: readPem(root) }),
    ...(own !== undefined && { cert: readPem(own) }),
    ...(key !== undefined && { key: readPem(key) }),
  }
}

function readPem(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new TlsError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}

async function ask(socket: Socket): Promise<string> {
  socket.write(SSL_REQUEST)
  const [answer] = (await rejecting(socket, once(socket, 'data'))) as [Buffer]
  return answer.toString('latin1')
}

/** `once` knows 'error' only; a connection that is closed without one must not be waited for. */
function rejecting<T>(socket: Socket, wanted: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const closed = () => reject(new TlsError('the server closed the connection'))
    const failed = (error: Error) => reject(error)
    socket.once('close', closed).once('error', failed)
    wanted.then(resolve, reject).finally(() => {
      socket.off('close', closed).off('error', failed)
    })
  })
}
