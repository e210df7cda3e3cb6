import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findSchemaFiles } from '../../src/config/schema-files.ts'
import { failureFrom } from '../support/seed-town.ts'

const files = [
  'schema.ts',
  'db/users.ts',
  'db/users.d.ts',
  'db/README.md',
  'db/shop/orders.mts',
  'db/shop/node_modules/kit/index.js',
  'app/[id]/schema.ts',
  'other/more.cjs',
]

let parent: string
beforeAll(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'downpour-schema-'))
  for (const file of files) {
    await mkdir(path.dirname(path.join(parent, file)), { recursive: true })
    await writeFile(path.join(parent, file), '')
  }
})
afterAll(() => rm(parent, { recursive: true }))

async function found(patterns: readonly string[], folders = ['.']): Promise<readonly string[]> {
  const absolute = folders.map((folder) => path.join(parent, folder))
  const modules = await findSchemaFiles(patterns, { configFile: 'c.ts', folders: absolute })
  return modules.map((file) => path.relative(parent, file))
}

describe(findSchemaFiles, () => {
  it.each([
    [['./schema.ts'], ['schema.ts']],
    [['./db'], ['db/users.ts']],
    [['db/**/*.ts'], ['db/users.ts']],
    [
      ['db/**/*', './schema.ts'],
      ['db/shop/orders.mts', 'db/users.ts', 'schema.ts'],
    ],
    [['./{db,other}/*.{ts,cjs}'], ['db/users.ts', 'other/more.cjs']],
    [['./*'], ['schema.ts', 'db/users.ts', 'other/more.cjs']],
    [['db/*.ts', './db/users.ts', 'nowhere/*.ts'], ['db/users.ts']],
    [['app/[id]/schema.ts'], ['app/[id]/schema.ts']],
  ])('takes %j for %j', async (patterns, expected) => {
    expect((await found(patterns)).toSorted()).toEqual(expected.toSorted())
  })

  it('leaves a path that leads nowhere to whoever loads it', async () => {
    expect(await found(['./nowhere.ts'])).toEqual(['nowhere.ts'])
  })

  it('looks into the next folder only where the first holds nothing', async () => {
    expect(await found(['./schema.ts', '*.cjs'], ['other', '.'])).toEqual([
      'schema.ts',
      'other/more.cjs',
    ])
  })

  it('takes absolute paths and globs', async () => {
    expect(await found([path.join(parent, 'db/*.ts')], ['other'])).toEqual(['db/users.ts'])
    expect(await found([path.join(parent, 'schema.ts')], ['other'])).toEqual(['schema.ts'])
  })

  it('says what matches nothing', async () => {
    expect(await failureFrom(found(['lib/*.ts']))).toEqual({
      code: 'CONFIG_SCHEMA',
      message: 'Cannot find the schema that c.ts names',
      why: 'No module matches "lib/*.ts".',
      fix: "Name it: schema: './src/schema.ts'. Paths are relative to the configuration.",
      exitCode: 2,
    })
  })
})
