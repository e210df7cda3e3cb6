import { createGenerator, fillVector } from '../generate/generator.ts'
import { below, createHashKey } from '../generate/hash.ts'
import type { ColumnInQuestion } from './column.ts'
import type { Inferred } from './inferred.ts'

const levels = ['low', 'medium', 'high']
const sources = ['web', 'mobile', 'import', 'api']

/** Small objects, with the row's number so that no two are alike. */
export function inferJson({ column }: ColumnInQuestion): Inferred {
  return {
    space: column.type.name === 'jsonb' ? Infinity : 1,
    make: () =>
      createGenerator('json', ({ seed, purpose }) => {
        const level = createHashKey(seed, `${purpose}/level`)
        const source = createHashKey(seed, `${purpose}/source`)
        return fillVector(
          { kind: 'value' },
          ({ count, numbers }, { values }) => {
            for (let i = 0; i < count; i++) {
              const row = numbers[i]!
              values[i] = {
                number: row,
                level: levels[below(level, row, levels.length)],
                source: sources[below(source, row, sources.length)],
              }
            }
          },
          Infinity,
        )
      }),
  }
}
