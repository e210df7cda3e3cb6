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
  intPrimaryKey: { first: ['1', '2', '3', '4', '5'], checksum: 'b2ab810d589d2060' },
  int: { first: ['660', '360', '301', '505', '573'], checksum: '45cfee6b5d580cc2' },
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
  'int, unique': { first: ['5516', '9461', '1716', '622', '8013'], checksum: 'e977231f8657781f' },
  decimal: { first: ['94.27', '52.16', '43.82', '72.57', '82.03'], checksum: 'f1affb49f441e598' },
  boolean: { first: [false, false, false, false, false], checksum: '106ea03a983313a9' },
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
  valuesFromArray: { first: ['z', 'y', 'y', 'z', 'z'], checksum: 'fe3232eaa2396d87' },
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
  'faker, from a pool': {
    first: [
      'curo aegre arguo',
      'carpo vero tubineus',
      'ratione arx barba',
      'tertius est numquam',
      'crebro traho vomito',
    ],
    checksum: '4680a3eeca07dd6d',
  },
  custom: {
    first: [
      5.448803116689777, -7.516818223811277, 1.9616479127365585, 5.801841793845175,
      5.483387653906328,
    ],
    checksum: 'c6be6ab5364c2f10',
  },
  firstName: {
    first: ['Patrick', 'Eliza', 'Terry', 'Andres', 'Alycia'],
    checksum: '2c3d972736cf4626',
  },
  'firstName, unique': {
    first: ['Allison', 'Elvira', 'Casandra', 'Manuel', 'Eulalia'],
    checksum: 'ec35fc1b64233322',
  },
  'lastName, unique': {
    first: ["O'Reilly", 'Koepp', 'Kuvalis', 'Bernhard', 'Harber'],
    checksum: '85a1b1fa2e223827',
  },
  fullName: {
    first: ['Patrick Sauer', 'Eliza Cormier', 'Terry Ruecker', 'Andres Kuvalis', 'Alycia Monahan'],
    checksum: '5f4b1c76ef167a2b',
  },
  'fullName, unique': {
    first: ['Sam Schmitt', 'Leopold Rath', 'Ettie Ward', 'Haylie Reilly', 'Eladio Ledner'],
    checksum: '84de2252b1888823',
  },
  email: {
    first: [
      'georgia.flatley@post.example',
      'christy.mills@example.com',
      'asia.nader@mail.example',
      'jacob.prohaska@example.org',
      'edyth.morar@example.net',
    ],
    checksum: 'f44b79680bc4a775',
  },
  phoneNumber: {
    first: ['+18357548902', '+14337817942', '+14124706717', '+14608600320', '+16108913277'],
    checksum: '24682d2daf211435',
  },
  'phoneNumber, prefixes': {
    first: ['+16910250577', '+380 99159', '+380 99355', '+12254990816', '+380 99350'],
    checksum: '42f8edf80458a197',
  },
  country: {
    first: ['Tonga', "Côte d'Ivoire", 'Bahrain', 'Moldova', 'Bermuda'],
    checksum: 'f4fd58f883d878a1',
  },
  state: {
    first: ['Virginia', 'Hawaii', 'Arkansas', 'New Jersey', 'California'],
    checksum: 'dbe225d217cfaf90',
  },
  'city, unique': {
    first: ['San Jose', 'East Lansing', 'Everett', 'Arecibo', 'Camarillo'],
    checksum: '42d7a0b12fe0a2db',
  },
  streetAddress: {
    first: [
      '980 Carol Islands',
      '552 Alexane Drives',
      '159 Sabryna Via',
      '725 Connie Mills',
      '912 Leroy Lights',
    ],
    checksum: 'f430483c2ebd247f',
  },
  postcode: {
    first: ['47884', '19551-4410', '26239-5064', '39721', '39881-7753'],
    checksum: '5a6d4b90c1ecf0c4',
  },
  jobTitle: {
    first: [
      'Human Factors Consultant',
      'Dynamic Operations Liaison',
      'Senior Division Consultant',
      'Customer Functionality Analyst',
      'Direct Program Orchestrator',
    ],
    checksum: '0222b5ca72dfe179',
  },
  companyName: {
    first: [
      'Turcotte - Sauer',
      'Emard, Cormier and Wunsch',
      'Bernhard, Ruecker and Turner',
      'McCullough LLC',
      'Boyle - Monahan',
    ],
    checksum: '9769159d5455aa03',
  },
  'companyName, unique': {
    first: [
      'Hodkiewicz - Lindgren',
      'Greenfelder, Cruickshank and Wilkinson',
      'Huels and Sons',
      'Barton, Schmitt and Kuhic',
      'Nicolas and Sons',
    ],
    checksum: '616f3567bc3cc48f',
  },
  loremIpsum: {
    first: [
      'Acsi via vel volva corrumpo voveo delectatio vorago. Explicabo temeritas arca viridis conicio caelestis ventito comedo stipes. Baiulus dolore assumenda.',
      'Sequi acidus umerus clarus. Pecto bos decerno suppono cresco celer animadverto. Audax cunctatio tersus tolero necessitatibus spargo crudelis.',
      'Cotidie sublime umquam vulpes summisse volaticus ara defetiscor ascit aetas. Attonbitus cur adfectus vitium creator. Acsi via vel volva corrumpo voveo delectatio vorago.',
      'Clibanus terror patior tactus creta claro bonus. Aedificium volutabrum tui conturbo audacia modi socius. Peccatus conicio confugo tracto quae delectatio volup tracto at.',
      'Contabesco conor auxilium amet adimpleo. Adversus amaritudo totus suggero ubi ad at ascit praesentium tabgo. Allatus sui valetudo odio cohibeo.',
    ],
    checksum: '5b7dce70b0153d0f',
  },
  'template of built-in parts': {
    first: [
      'INV-2026-836539-WV',
      'INV-2025-149164-BX',
      'INV-2025-803782-FF',
      'INV-2025-135912-TD',
      'INV-2026-706290-XB',
    ],
    checksum: '5dd2b0e336d684ad',
  },
  'template of the row': {
    first: ['user0', 'user1', 'user2', 'user3', 'user4'],
    checksum: 'b6c1e322be106668',
  },
  default: { first: ['EUR', 'EUR', 'EUR', 'EUR', 'EUR'], checksum: '4d1b16c020e454f6' },
  nullable: { first: [null, '5', '4', '7', null], checksum: '677213f53175485e' },
  group: { first: ['47.0', '27.0', '23.0', '37.0', '41.0'], checksum: 'ede7b9cf7e2e9c17' },
  derived: { first: ['483', '284', '244', '381', '425'], checksum: '7877860d9fdcb67e' },
  reference: { first: ['50', '6', '65', '15', '18'], checksum: '075ba39d99da3cdc' },
  'reference to the table itself': { first: [1, 1, 1, 3, 3], checksum: 'b141a9949515dd4b' },
  each: { first: [1, 1, 1, 2, 2], checksum: 'f8fd7f70f2567546' },
  sumOf: { first: [1483, 212, 255, 383, 245], checksum: '86005c99ed03048e' },
  'int, bigints': {
    first: [
      '8222292609111598580',
      '858608066260157599',
      '-598723124378710349',
      '4427341039304130883',
      '6082013555653231017',
    ],
    checksum: '07f57f1e7681ac03',
  },
  'int, unique bigints': {
    first: [
      '1567586720961474824',
      '1547082522064951210',
      '1360476411737782814',
      '1516755840318024457',
      '1136119087314315562',
    ],
    checksum: '62c2349e569b0e3e',
  },
  'int, normal': { first: ['1642', '1047', '967', '1257', '1381'], checksum: '746204de66e58e0c' },
  'int, zipf': { first: ['77', '4', '2', '741', '31'], checksum: '093301e28733a520' },
  'int, zipf of many': {
    first: ['7593512370453', '141042098992', '1913897118', '74605', '232415879'],
    checksum: '9203806162451ef9',
  },
  'int, exponential': { first: ['1457', '395', '315', '674', '885'], checksum: 'cb1d48ff95f7de01' },
  'int, array': {
    first: [
      [6, 4, 3],
      [5, 5, 3],
      [3, 4, 1],
      [5, 2, 5],
      [2, 3, 5],
    ],
    checksum: '9ef1c350e7de0700',
  },
  number: { first: ['114.03', '70.12', '61.43', '91.40', '101.27'], checksum: '8d2fac75523debcd' },
  'number, no decimal fraction': {
    first: ['7.125', '0.75', '-0.5', '3.875', '5.375'],
    checksum: 'd329b051fccea6b1',
  },
  'number, unique': {
    first: ['5.14', '44.59', '-32.86', '-43.80', '30.11'],
    checksum: '406e3e51d8632a68',
  },
  'decimal, log-normal': {
    first: ['104.77', '42.91', '38.09', '58.84', '70.86'],
    checksum: 'e0e0440192ba170d',
  },
  'boolean, array': {
    first: [
      [false, false, true, false],
      [false, true, true, false],
      [true, false, true, false],
      [true, true, false, true],
      [true, true, true, true],
    ],
    checksum: '7773d2d9914c3220',
  },
  datetime: {
    first: [
      '2025-12-24 19:34:36+00',
      '2025-12-24 22:06:04+00',
      '2025-12-24 21:52:16+00',
      '2025-12-24 19:35:33+00',
      '2025-12-24 19:36:11+00',
    ],
    checksum: '912f4529ee977cd6',
  },
  'date, array': {
    first: [
      ['2025-11-23T00:00:00.000Z', '2025-02-04T00:00:00.000Z'],
      ['2024-12-08T00:00:00.000Z', '2025-06-25T00:00:00.000Z'],
      ['2025-08-30T00:00:00.000Z', '2024-10-09T00:00:00.000Z'],
      ['2024-09-26T00:00:00.000Z', '2025-05-02T00:00:00.000Z'],
      ['2024-04-02T00:00:00.000Z', '2025-06-06T00:00:00.000Z'],
    ],
    checksum: 'bc3725e9fa8f3707',
  },
  time: {
    first: ['10:15:20', '08:27:34', '08:06:14', '09:19:48', '09:44:01'],
    checksum: '2bdea9ce0caefb0a',
  },
  year: { first: [2025, 2017, 2015, 2021, 2023], checksum: '459bf5fe79cadcf3' },
  interval: {
    first: [
      '3 years 4 months 11 days 10 hours 4 minutes 5 seconds',
      '0 years 5 months 18 days 6 hours 47 minutes 41 seconds',
      '1 year 4 months 10 days 1 hour 15 minutes 0 seconds',
      '5 years 9 months 16 days 6 hours 39 minutes 29 seconds',
      '4 years 4 months 7 days 12 hours 12 minutes 15 seconds',
    ],
    checksum: '6521947eeb053815',
  },
  'interval, unique': {
    first: [
      '23 days 21 hours 20 minutes',
      '24 days 1 hour 31 minutes',
      '5 days 7 hours 3 minutes',
      '10 days 1 hour 21 minutes',
      '3 days 4 hours 6 minutes',
    ],
    checksum: 'd580ec22f390fcd4',
  },
  string: {
    first: [
      'dwGOsX2vzScEsjIaRpJ',
      'uNzvoMXOGfD8q7RZGiPB',
      'BC5U0jx5aEmAwQC7Vo',
      'lPvBOFU1OT',
      'YNmStLP6nviGLkkP3R',
    ],
    checksum: '01838f394c2566bf',
  },
  'string, unique': { first: ['U9H', 'c9o', 'mnJ', 'wAz', 'q44'], checksum: 'd0e589b598cee00e' },
  'uuid, array': {
    first: [
      ['914f3e68-5c30-4234-9172-0b647905529c', '13266d72-988b-4685-8b84-9cdaa5ad9461'],
      ['3a92962d-5018-435c-8007-c08f3f1c501e', 'f8d4e9ee-86f7-4625-a880-d8c48edfd826'],
      ['ba92c9c5-3992-45de-b451-22d79c0349f2', '9bf1258a-22c3-41e5-9f46-ca15efe8a4b9'],
      ['ad882ab9-944d-4d30-ad99-dff79e5bccf0', '778c3cb2-023e-4acc-86bb-563721d3df78'],
      ['dc9b7680-a016-4834-a6c5-3118db17cce4', 'e20a8a83-4d46-450d-8bcd-90918cfc5a57'],
    ],
    checksum: 'd75fc1ca9e3a3739',
  },
  json: {
    first: [
      {
        email: 'lucinda.auer593@example.com',
        name: 'Lucinda',
        isGraduated: true,
        hasJob: false,
        visitedCountries: ['Mayotte', 'Mozambique'],
      },
      {
        email: 'lia.will914@example.com',
        name: 'Lia',
        isGraduated: true,
        hasJob: true,
        salary: 2647,
        startedWorking: '2019-07-14',
        visitedCountries: [],
      },
      {
        email: 'judy.kiehn719@example.com',
        name: 'Judy',
        isGraduated: false,
        hasJob: true,
        salary: 2844,
        startedWorking: '2020-09-06',
        visitedCountries: ['Zambia', 'Zimbabwe', 'Afghanistan', 'Åland Islands'],
      },
      {
        email: 'mabel.osinski420@example.com',
        name: 'Mabel',
        isGraduated: true,
        hasJob: true,
        salary: 245,
        startedWorking: '2018-08-08',
        visitedCountries: ['Seychelles', 'Uruguay'],
      },
      {
        email: 'dorris.okon152@example.com',
        name: 'Dorris',
        isGraduated: true,
        hasJob: true,
        salary: 1958,
        startedWorking: '2018-09-09',
        visitedCountries: ['Italy', 'Libyan Arab Jamahiriya', 'Micronesia'],
      },
    ],
    checksum: '64b123414e333e04',
  },
  point: {
    first: [
      [9.2, 10.8],
      [-3.2, 17.9],
      [0.7, 9.4],
      [19.3, 15.8],
      [13.2, 6.7],
    ],
    checksum: '9b360f7cf042a489',
  },
  line: {
    first: [
      [-1, 0.5, -2.8],
      [-0.3, -0.3, 0.6],
      [0.7, 0, -8.1],
      [-0.2, 0, -2.6],
      [-0.6, -0.1, -7.2],
    ],
    checksum: '73ce9355fdf63e75',
  },
  geometry: {
    first: [
      [24.342, 62.485],
      [-153.071, 72.623],
      [-97.633, 60.454],
      [169.92, 69.67],
      [82.369, 56.67],
    ],
    checksum: '4c20f86542bf970e',
  },
  vector: {
    first: [
      [0.1865, 0.8289, 0.4377, -0.1606, -0.6964],
      [-0.5615, -0.8423, 0.8837, -0.1496, -0.7175],
      [-0.8414, 0.6123, -0.2277, -0.5753, -0.466],
      [0.5978, -0.9713, 0.101, -0.7852, 0.7672],
      [-0.0445, 0.0358, 0.6328, -0.1949, -0.6039],
    ],
    checksum: '3bf061f5c10f0ffb',
  },
  bitString: {
    first: [
      '10010001010011110011110101110000110000111000000100',
      '00010011001001100110111001100010001011110001110010',
      '00111010100100101001010101000000011000110100010000',
      '11111000110101001110101000011011110111111001101010',
      '10111010100100101100100011100110010010010101001101',
    ],
    checksum: '7c9efc17288cfe06',
  },
  'bitString, unique': {
    first: [
      '01010110001011',
      '11110001100110',
      '00011010110011',
      '00001001101101',
      '01111101001100',
    ],
    checksum: '96343b2f509c3cb0',
  },
  inet: {
    first: [
      '136.215.53.74/12',
      '185.166.166.61/29',
      '64.69.17.216/8',
      '17.212.192.53/15',
      '2.136.249.39/16',
    ],
    checksum: 'c6de7264595aa99c',
  },
  'inet of version 6': {
    first: [
      '3229:5c30:1172:7905:3b67:ae0a:8192:d12a',
      '2264:988b:cb84:a5ad:e324:a0c6:397e:c735',
      '2752:5018:4007:3f1c:468a:9ea7:2570:a698',
      '3f1a:86f7:a880:8edf:569f:17d9:3332:5d06',
      '3752:3992:3451:9c03:fe86:ce2e:5d6d:40c4',
    ],
    checksum: 'bedb4b6fa7832d98',
  },
  weightedRandom: {
    first: ['Lombard', 'Castle Rock', 'Manteca', '54C90', 'Perris'],
    checksum: '0e80d8179ab00c21',
  },
  'valuesFromArray, exact': { first: ['a', 'a', 'b', 'a', 'a'], checksum: 'a5052c1fa299dedd' },
  'valuesFromArray, unique by weight': {
    first: [3142, 1417, 10572, 5902, 3643],
    checksum: 'c9f46d7300fc3958',
  },
  'reference, zipf': { first: ['13', '3', '67', '71', '4'], checksum: '1df4c3ce901228e6' },
  'reference to the table itself, exponential': {
    first: [1, 1, 1, 2, 1],
    checksum: '7b3c309aee16caa9',
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
    const json = JSON.stringify(values, (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    )
    const checksum = createHash('sha256').update(json).digest('hex').slice(0, 16)
    const plain = JSON.parse(json) as unknown[]
    expect({ first: plain.slice(0, 5), checksum }).toEqual(golden[entry.name])
  })
})
