import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/**
 * The version of this package, from source as from the compiled build.
 *
 * @example
 * readVersion() // '0.1.0'
 */
export function readVersion(): string {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    const file = path.join(folder, 'package.json')
    if (existsSync(file)) {
      return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
    }
  }
}
