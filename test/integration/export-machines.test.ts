import { readdir, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryName } from '../../src/export/folder.ts'
import { exportTo, newFolder } from '../support/export.ts'

const few = { only: ['kinds', 'places'], chunkSize: 5 }
const file = '02-odd-schema-places-to-be-3.csv'
/** No process has this number. */
const nobody = 2 ** 30

describe('machines that export to one folder', () => {
  it('write files under names of their own', () => {
    expect(temporaryName(file)).toBe(`${file}.${process.pid}-${hostname()}.partial`)
  })

  it('leave the half files of others alone, whose processes may have the same numbers', async () => {
    const folder = await newFolder()
    await exportTo(folder, few)
    const whole = await readdir(folder)
    const others = [`${file}.${process.pid}-shop-export-3.partial`, `${file}.1-pod_4.partial`]
    const own = [
      `${file}.${nobody}-${hostname()}.partial`,
      // As earlier versions called it.
      `${file}.${nobody}.partial`,
    ]
    for (const name of [...others, ...own]) await writeFile(join(folder, name), 'half')
    expect(await exportTo(folder, few)).toMatchObject({ filesKept: 5 })
    expect(await readdir(folder)).toEqual([...whole, ...others].toSorted())
  })

  it('leave nothing of them when the export begins again', async () => {
    const folder = await newFolder()
    await exportTo(folder, few)
    const whole = await readdir(folder)
    await writeFile(join(folder, `${file}.1-pod_4.partial`), 'half')
    await exportTo(folder, { ...few, earlier: 'restart' })
    expect(await readdir(folder)).toEqual(whole)
  })
})
