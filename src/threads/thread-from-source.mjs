import { register } from 'tsx/esm/api'

// A worker cannot be started on TypeScript: Node 20 knows none, and `--import tsx` does nothing in
// it. The compiled build starts at thread.js.
register()
await import('./thread.ts')
