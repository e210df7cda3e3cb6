import os from 'node:os'
import { displayUrl } from '../postgres/url.ts'
import type { ServerFacts } from '../postgres/catalog.ts'
import type { Session } from '../postgres/session.ts'
import type { SeedDatabase } from '../run/seed.ts'
import type { MachineFacts, ServerSettings } from './report.ts'

/** The machine that measures. */
export function machineFacts(): MachineFacts {
  return {
    processor: os.cpus()[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
    node: process.versions.node,
  }
}

/** What decides a load's speed. */
const settingNames = [
  'shared_buffers',
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_level',
  'max_wal_size',
  'checkpoint_timeout',
  'maintenance_work_mem',
]

export async function readServerSettings(
  session: Session,
  { version, isLocal }: ServerFacts,
  { url, isEmbedded }: SeedDatabase,
): Promise<ServerSettings> {
  const settings = await session.query<{ name: string; value: string }>(
    `select name, current_setting(name) as value from pg_settings
     where name in (select json_array_elements_text($1::text::json))`,
    [JSON.stringify(settingNames)],
  )
  const values = new Map(settings.map(({ name, value }) => [name, value]))
  return {
    name: `PostgreSQL ${version}`,
    place: isEmbedded ? 'embedded' : displayUrl(url),
    connection: session.host.startsWith('/') ? 'socket' : 'TCP',
    isLocal,
    settings: Object.fromEntries(
      settingNames.flatMap((name) => (values.has(name) ? [[name, values.get(name)!]] : [])),
    ),
  }
}
