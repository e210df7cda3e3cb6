import { access, readFile, stat } from 'node:fs/promises'

/** The text of a file, or why it is not read. */
export interface PrivateText {
  readonly text?: string
  readonly problem?: { readonly isThere: boolean; readonly sentence: string }
}

/** Reads a file of passwords as libpq does: not where group or others may, too. */
export async function readPrivate(file: string): Promise<PrivateText> {
  try {
    const found = await stat(file)
    if (!found.isFile()) return refused(file, 'it is no plain file')
    if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) {
      return refused(file, `group or others may read it: chmod 600 ${file}`)
    }
    return { text: await readFile(file, 'utf8') }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const sentence = `${file} is not read: ${code}`
    return { problem: { isThere: code !== 'ENOENT' && code !== 'ENOTDIR', sentence } }
  }
}

/** @returns `undefined` for a file that is not there or cannot be read */
export function readConfiguration(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined)
}

export function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}

function refused(file: string, reason: string): PrivateText {
  return { problem: { isThere: true, sentence: `${file} is not read: ${reason}` } }
}
