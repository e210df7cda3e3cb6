import type { NumberedTexts } from '../generate/generators/nth-text.ts'
import type { SqlType } from '../model/sql-type.ts'

const million = 1_000_000
const days = 2190
const largest = 2 ** 48

/** Texts that the server reads as values of a type without vectors of its own. */
export function textsOfType({ name, modifiers, detail }: SqlType): NumberedTexts | undefined {
  const [length = 0] = modifiers
  switch (name) {
    case 'bytea':
      return { size: largest, nth: (index) => `\\x${hex(index, 16)}${hex(index * 7 + 1, 16)}` }
    case 'inet':
    case 'cidr':
      return {
        size: 2 ** 24,
        nth: (index) => `10.${octet(index, 2)}.${octet(index, 1)}.${octet(index, 0)}`,
      }
    case 'macaddr':
      return {
        size: 2 ** 40,
        nth: (index) =>
          `02${bytes(index, 5)
            .map((byte) => `:${byte}`)
            .join('')}`,
      }
    case 'macaddr8':
      return {
        size: 2 ** 40,
        nth: (index) =>
          `02:00:00${bytes(index, 5)
            .map((byte) => `:${byte}`)
            .join('')}`,
      }
    case 'interval':
      return intervals(detail)
    case 'bit':
      return bits(Math.max(1, length))
    case 'varbit':
      return bits(length > 0 ? Math.min(length, 16) : 16)
    case 'point':
      return { size: 2 ** 40, nth: (index) => `(${coordinates(index).join(',')})` }
    case 'line':
      return {
        size: 2 ** 40,
        nth: (index) =>
          `{${coordinates(index)
            .map((x) => Number(x) + 1001)
            .join(',')},1}`,
      }
    case 'lseg':
    case 'box':
    case 'path':
      return { size: 2 ** 40, nth: (index) => segment(index, name) }
    case 'polygon':
      return { size: 2 ** 40, nth: (index) => polygon(index) }
    case 'circle':
      return {
        size: 2 ** 40,
        nth: (index) => `<(${coordinates(index).join(',')}),${1 + (index % 9)}>`,
      }
    case 'tsvector':
      return { size: 2 ** 40, nth: (index) => `'word${index % 997}' 'term${index}'` }
    case 'tsquery':
      return { size: 2 ** 40, nth: (index) => `'word${index % 997}' & 'term${index}'` }
    case 'int4range':
    case 'int8range':
    case 'numrange':
      return { size: 2 ** 30, nth: (index) => `[${index},${index + 1 + (index % 97)})` }
    case 'daterange':
      return {
        size: days * 1000,
        nth: (index) =>
          `[${day(index % days)},${day((index % days) + 1 + Math.floor(index / days))})`,
      }
    case 'tsrange':
    case 'tstzrange':
      return {
        size: days * 1000,
        nth: (index) => {
          const end = (index % days) + 1 + Math.floor(index / days)
          return `["${day(index % days)} 08:00:00+00","${day(end)} 17:00:00+00")`
        },
      }
    case 'int4multirange':
    case 'int8multirange':
    case 'nummultirange':
      return { size: 2 ** 30, nth: (index) => `{[${index},${index + 5})}` }
    case 'money':
      return {
        size: million,
        nth: (index) => `${Math.floor(index / 100)}.${String(index % 100).padStart(2, '0')}`,
      }
    case 'xml':
      return { size: largest, nth: (index) => `<item id="${index}"/>` }
    case 'oid':
      return { size: million, nth: (index) => String(16_384 + index) }
    case 'pg_lsn':
      return {
        size: largest,
        nth: (index) => `${hex(Math.floor(index / 2 ** 32), 1)}/${hex(index % 2 ** 32, 1)}`,
      }
    case 'hstore':
      return { size: largest, nth: (index) => `key=>"${index}"` }
    case 'ltree':
      return { size: largest, nth: (index) => `top.branch${index % 100}.leaf${index}` }
    case 'vector':
    case 'halfvec':
      return vectors(length)
    case 'geometry':
    case 'geography':
      return detail === undefined || detail === 'point' ? places(modifiers[0]) : undefined
    default:
      return undefined
  }
}

function hex(index: number, digits: number): string {
  return Math.floor(index).toString(16).padStart(digits, '0')
}

function octet(index: number, place: number): number {
  return (index >>> (8 * place)) & 255
}

function bytes(index: number, count: number): readonly string[] {
  return hex(index, count * 2).match(/../g)!
}

function bits(length: number): NumberedTexts {
  const told = Math.min(length, 40)
  return {
    size: 2 ** told,
    nth: (index) => index.toString(2).padStart(told, '0').padEnd(length, '0'),
  }
}

/** Between -900.00 and 900.00, two for each index. */
function coordinates(index: number): readonly [string, string] {
  const [x, y] = [index % 2 ** 20, Math.floor(index / 2 ** 20)]
  return [(x / 1000 - 500).toFixed(3), (y / 1000 - 500).toFixed(3)]
}

/** @param fields - e.g. `day to minute`: what is smaller than the last one becomes 0 */
function intervals(fields = 'second'): NumberedTexts {
  const unit = fields.split(' ').at(-1)!
  if (unit !== 'second') return { size: 1000, nth: (index) => `${index} ${unit}s` }
  return {
    size: 1000 * 86_400,
    nth: (index) => `${Math.floor(index / 86_400)} days ${index % 86_400} seconds`,
  }
}

function places(srid: number | undefined): NumberedTexts {
  const prefix = srid === undefined ? '' : `SRID=${srid};`
  return {
    size: 2 ** 40,
    nth(index) {
      const [x, y] = coordinates(index).map((degrees) => Number(degrees) / 10)
      return `${prefix}POINT(${x} ${y})`
    },
  }
}

function segment(index: number, type: string): string {
  const [x, y] = coordinates(index)
  const corners = `(${x},${y}),(${Number(x) + 1},${Number(y) + 1})`
  return type === 'box' ? corners : `[${corners}]`
}

function polygon(index: number): string {
  const [x, y] = coordinates(index).map(Number) as [number, number]
  return `((${x},${y}),(${x + 1},${y}),(${x},${y + 1}))`
}

function day(index: number): string {
  const millis = Date.UTC(2020, 0, 1) + index * 86_400_000
  return new Date(millis).toISOString().slice(0, 10)
}

function vectors(dimensions: number): NumberedTexts {
  return {
    size: 2 ** 40,
    nth(index) {
      const parts = Array.from({ length: dimensions }, (_, place) => {
        const mixed = Math.imul(index ^ (place * 0x9e3779b9), 0x85ebca6b) >>> 16
        return (mixed / 32_768 - 1).toFixed(4)
      })
      return `[${parts.join(',')}]`
    },
  }
}
