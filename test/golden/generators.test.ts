import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { catalogue, planOfEntry } from '../support/generator-catalogue.ts'
import { rowsOf } from '../support/plans.ts'

/**
 * What seed 1 gives: the first values, and the first quarter of a SHA-256 over 10,000 of them as JSON.
 * Whoever changes one of these changes every database that was seeded before.
 */
const golden: Readonly<
  Record<string, { readonly first: readonly unknown[]; readonly checksum: string }>
> = {
  intPrimaryKey: {
    first: ['1', '2', '3', '4', '5'],
    checksum: 'b2ab810d589d2060',
  },
  int: {
    first: ['660', '360', '301', '505', '573'],
    checksum: '45cfee6b5d580cc2',
  },
  'int, wide': {
    first: [
      '1064798867551659',
      '615355230903011',
      '526406793974369',
      '833173405527277',
      '934166601105225',
    ],
    checksum: 'b8e1c72fe87bf7e0',
  },
  'int, unique': {
    first: ['5516', '9461', '1716', '622', '8013'],
    checksum: 'e977231f8657781f',
  },
  decimal: {
    first: ['94.27', '52.16', '43.82', '72.57', '82.03'],
    checksum: 'f1affb49f441e598',
  },
  boolean: {
    first: [false, false, false, false, false],
    checksum: '106ea03a983313a9',
  },
  date: {
    first: ['2022-11-08', '2013-03-16', '2011-04-18', '2017-11-18', '2020-01-19'],
    checksum: 'f0ca41f7cbcd53e1',
  },
  timestamp: {
    first: [
      '2025-11-21 05:49:16+00',
      '2025-10-24 15:08:31+00',
      '2025-09-01 14:17:32+00',
      '2025-12-05 05:52:44+00',
      '2025-12-01 05:55:08+00',
    ],
    checksum: '17d7c778fb493b97',
  },
  uuid: {
    first: [
      '914f3e68-5c30-4234-9172-0b647905529c',
      '13266d72-988b-4685-8b84-9cdaa5ad9461',
      '3a92962d-5018-435c-8007-c08f3f1c501e',
      'f8d4e9ee-86f7-4625-a880-d8c48edfd826',
      'ba92c9c5-3992-45de-b451-22d79c0349f2',
    ],
    checksum: '8ffaefa9a55d7b0f',
  },
  words: {
    first: ['Warner Robins', 'Mesa', 'Lake Elsinore', 'Reston', 'Skokie'],
    checksum: 'afcef4cca26c9a76',
  },
  pool: {
    first: [
      'Diverse optimal adapter',
      'Extended methodical throughput',
      'Enhanced resilient intranet',
      'User-friendly holistic intranet',
      'Compatible local circuit',
    ],
    checksum: 'ed549474d0b8805d',
  },
  valuesFromArray: {
    first: ['z', 'y', 'y', 'z', 'z'],
    checksum: 'fe3232eaa2396d87',
  },
  'valuesFromArray, weighted numbers': {
    first: [2, 2, 2, true, true],
    checksum: '3f90310c3a8c17d0',
  },
  'valuesFromArray, unique': {
    first: ['v5515', 'v9460', 'v1715', 'v621', 'v8012'],
    checksum: '9a729630f66d6cb1',
  },
  template: {
    first: ['Grand Prairie, 6', 'Orlando, 2', 'Round Rock, 5', 'Centennial, 7', 'Spring Valley, 6'],
    checksum: 'f286f2500b9e1d3e',
  },
  'templates, unique': {
    first: [
      'donald.kemmer8745@example.com',
      'laury.lemke8161@example.com',
      'rosie.ratke372@example.com',
      'bruce.effertz2951@example.com',
      'giovanni.kirlin2502@example.com',
    ],
    checksum: '362bbb3ad931dfb9',
  },
  faker: {
    first: [
      '0: Kallie Schimmel',
      '1: Bryana Stehr',
      '2: Kyle Swaniawski',
      '3: Olive Huel DDS',
      '4: Mr. Mark Lehner',
    ],
    checksum: '8fcb53a3cec0c58e',
  },
  default: {
    first: ['EUR', 'EUR', 'EUR', 'EUR', 'EUR'],
    checksum: '4d1b16c020e454f6',
  },
  nullable: {
    first: [null, '5', '4', '7', null],
    checksum: '677213f53175485e',
  },
  group: {
    first: ['47.0', '27.0', '23.0', '37.0', '41.0'],
    checksum: 'ede7b9cf7e2e9c17',
  },
  derived: {
    first: ['483', '284', '244', '381', '425'],
    checksum: '7877860d9fdcb67e',
  },
  reference: {
    first: ['50', '6', '65', '15', '18'],
    checksum: '075ba39d99da3cdc',
  },
  'reference to the table itself': {
    first: [1, 1, 1, 3, 3],
    checksum: 'b141a9949515dd4b',
  },
  each: {
    first: [1, 1, 1, 2, 2],
    checksum: 'f8fd7f70f2567546',
  },
  sumOf: {
    first: [1483, 212, 255, 383, 245],
    checksum: '86005c99ed03048e',
  },
}

describe('golden values', () => {
  it('are known for every generator', () => {
    expect(Object.keys(golden)).toEqual(catalogue.map(({ name }) => name))
  })

  it.each(catalogue)('of $name are what they were', async (entry) => {
    const property = entry.property ?? 'a'
    const rows = await rowsOf(await planOfEntry(entry), entry.table, { properties: [property] })
    const values = rows.map((row) => row[property])
    const checksum = createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 16)
    expect({ first: values.slice(0, 5), checksum }).toEqual(golden[entry.name])
  })
})
