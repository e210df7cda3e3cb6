#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8'
import { runCli } from './cli.ts'

// V8's young generation would double again and again while a long load lives, up to 128 MB, for
// garbage that is gone in an instant: memory would grow with the rows, and nothing be gained.
setFlagsFromString('--semi-space-growth-factor=1')

for (const stream of [process.stdout, process.stderr]) stream.on('error', endQuietly)

await runCli(process.argv.slice(2))

/** Whoever read the output has read enough: `npm run preview | head -1`. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
