import { once } from 'node:events'
import { openEmbeddedServer } from '../../src/postgres/embedded/server.ts'

// A command that uses the embedded server: says so on stdout, and gives it back when its stdin ends.
const [folder, home] = process.argv.slice(2)
if (folder === undefined || home === undefined) throw new Error('usage: <folder> <home>')
const server = await openEmbeddedServer({ folder, home })
console.log(JSON.stringify({ started: server.started, url: server.url, port: server.port }))
process.stdin.resume()
await once(process.stdin, 'end')
console.log(JSON.stringify(await server.release()))
