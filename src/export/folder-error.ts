import { DownpourError } from '../errors.ts'

/** Where something failed, for messages. */
export interface Place {
  /** As it was typed. */
  readonly folder: string
  /** The table that was being written. */
  readonly table?: string | undefined
}

/**
 * Says what an error of the file system means for an export; any other error passes through.
 *
 * @returns a DownpourError: `EXPORT_FOLDER`, exit code 2, where nothing can be written there;
 *   `EXPORT_DISK_FULL` and `EXPORT_FAILED`, exit code 4
 */
export function folderError(error: unknown, { folder, table }: Place): unknown {
  if (error instanceof DownpourError || !isSystemError(error)) return error
  const { code } = error
  const what = table === undefined ? `to ${folder}` : `"${table}" to ${folder}`
  const reason = { cause: error, ...(table !== undefined && { table }) }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new DownpourError({
      ...reason,
      code: 'EXPORT_DISK_FULL',
      message: `Cannot export ${what}: the disk is full`,
      why: 'The operating system has no room for the next bytes; the file that was being written was removed, and whole ones stay.',
      fix: 'Free space, export fewer rows, or use --gzip; the same command goes on where it stopped.',
      exitCode: 4,
    })
  }
  const refused = refusals[code]
  if (refused !== undefined) {
    return new DownpourError({
      ...reason,
      code: 'EXPORT_FOLDER',
      message: `Cannot export ${what}`,
      why: `${refused} (${code}).`,
      fix: 'Name a folder that can be written, or one that can be made.',
    })
  }
  return new DownpourError({
    ...reason,
    code: 'EXPORT_FAILED',
    message: `Cannot export ${what}: a file could not be written`,
    why: `The operating system said ${code}.`,
    fix: 'Remove the cause; the same command goes on where it stopped.',
    exitCode: 4,
  })
}

const refusals: Readonly<Record<string, string>> = {
  EACCES: 'This user may not write there',
  EPERM: 'This user may not write there',
  EROFS: 'The file system is read-only',
  ENOTDIR: 'A part of that path is a file',
  EEXIST: 'A file of that name is there',
  ENAMETOOLONG: 'The path is too long',
  ELOOP: 'Its symbolic links lead in a circle',
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error
}
