import { describe, expect, it } from 'vitest'
import { exportFormats } from '../../src/export/format.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import { checksumsOf } from '../support/checksum.ts'
import { createCorpusDatabase, loadCorpus } from '../support/corpus.ts'
import type { CorpusModule } from '../support/corpus.ts'
import { exportTo, loadByPsql, newFolder, noPsql } from '../support/export.ts'
import { townProject } from '../support/seed-town.ts'
import { seedCorpus } from '../support/seed-corpus.ts'

const corpus = await loadCorpus()
const reason = noPsql()
const needs = reason === undefined ? '' : ` (${reason})`
const count = 500

describe.skipIf(reason)(`an export of a schema without configuration${needs}`, () => {
  for (const { name, module, missing } of corpus) {
    it.skipIf(missing.length > 0)(
      `is what seed() loads, in every format: ${name}`,
      { timeout: 300_000 },
      async () => {
        const seeded = await createCorpusDatabase(module)
        await seedCorpus(seeded.url, module, { count, seed: 1 })
        const sums = await checksumsOf(seeded.url, tablesOf(module))
        const wishes = {
          project: { ...townProject, tables: tablesOf(module), refinements: {} },
          otherwise: count,
          chunkSize: 200,
          // Domains are known to the server alone.
          url: isKnown(module) ? undefined : seeded.url,
        }
        for (const format of exportFormats.filter((one) => one !== 'jsonl')) {
          const folder = await newFolder()
          const refused = await exportTo(folder, { ...wishes, format }).then(
            () => undefined,
            (error: { readonly code?: string }) => error.code ?? error,
          )
          if (format === 'binary' && refused === 'EXPORT_BINARY') continue
          expect(refused).toBeUndefined()
          const filled = await createCorpusDatabase(module)
          expect(await loadByPsql(folder, filled.url)).toMatchObject({ exitCode: 0, stderr: '' })
          expect(await checksumsOf(filled.url, tablesOf(module))).toEqual(sums)
          await filled.drop()
        }
        await seeded.drop()
      },
    )
  }
})

function tablesOf(module: CorpusModule) {
  return readSchema(module, { casing: module.casing })
}

function isKnown(module: CorpusModule): boolean {
  const columns = tablesOf(module).flatMap((table) => table.columns)
  return columns.every(
    ({ mode, enumValues, type }) => mode !== 'custom' && !(enumValues && type.dimensions > 0),
  )
}
