import { open, rename, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { temporaryName } from './folder.ts'

/** A file that has its name only when it is whole. */
export interface OutputFile {
  /** Appends bytes, which may be changed again when it has resolved. */
  write(bytes: Uint8Array): Promise<void>
  /**
   * Makes the file last, and gives it its name.
   *
   * @returns its size in bytes
   */
  finish(): Promise<number>
  /** Removes what there is of it; never rejects. */
  discard(): Promise<void>
}

/** @throws the system's error, as all that it returns */
export async function openOutputFile(
  file: string,
  { gzip }: { readonly gzip: boolean },
): Promise<OutputFile> {
  const temporary = temporaryName(file)
  const handle = await open(temporary, 'w')
  const content = gzip ? compressed(handle) : plain(handle)
  return {
    write: (bytes) => content.write(bytes),
    async finish() {
      await content.end()
      await handle.sync()
      const { size } = await handle.stat()
      await handle.close()
      await rename(temporary, file)
      return size
    },
    async discard() {
      await content.abandon()
      await handle.close().catch(() => {})
      await rm(temporary, { force: true }).catch(() => {})
    },
  }
}

interface Content {
  write(bytes: Uint8Array): Promise<void>
  end(): Promise<void>
  /** Nothing uses the file any more when it resolves. */
  abandon(): Promise<void>
}

function plain(handle: FileHandle): Content {
  return {
    write: (bytes) => writeAll(handle, bytes),
    end: () => Promise.resolve(),
    abandon: () => Promise.resolve(),
  }
}

/** zlib's own, 6, takes two and a half times as long, for a sixth less. */
const level = 3

function compressed(handle: FileHandle): Content {
  const compressor = createGzip({ level })
  const piped = pipe(compressor, handle)
  // It is awaited by every write; until then a failure must not count as unhandled.
  piped.catch(() => {})
  return {
    async write(bytes) {
      const taken = new Promise<void>((resolve, reject) => {
        compressor.write(bytes, (error) => (error ? reject(error) : resolve()))
      })
      // Where the file fails, the compressor knows only that it was ended, and does not always say so.
      const known = taken.catch((error: Error) => piped.then(() => Promise.reject(error)))
      await Promise.race([known, piped])
    },
    async end() {
      compressor.end()
      await piped
    },
    async abandon() {
      compressor.destroy()
      await piped.catch(() => {})
    },
  }
}

async function pipe(from: Readable, handle: FileHandle): Promise<void> {
  for await (const bytes of from) await writeAll(handle, bytes as Uint8Array)
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let start = 0; start < bytes.length;) {
    start += (await handle.write(bytes, start)).bytesWritten
  }
}
