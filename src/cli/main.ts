#!/usr/bin/env node
import { runCli } from './cli.ts'

for (const stream of [process.stdout, process.stderr]) stream.on('error', endQuietly)

await runCli(process.argv.slice(2))

/** Whoever read the output has read enough: `npm run preview | head -1`. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
