import { describe, expect, it } from 'vitest'
import { formatBenchCsv } from '../../../src/report/bench/csv.ts'
import { hostileName, hostileReport, sampleReport } from '../../support/bench-report.ts'

const header =
  'experiment,measurement,factors,rows,repetition,seconds,phases,walBytes,blocksHit,blocksRead,checkpoints,relationBytes,freeDiskBytesBefore,freeDiskBytesAfter,peakRssBytes'

describe(formatBenchCsv, () => {
  it('has a line for each repetition of each measurement', () => {
    const lines = formatBenchCsv(sampleReport).split('\r\n')
    const repetitions = sampleReport.experiments
      .flatMap(({ measurements }) => measurements)
      .flatMap(({ samples }) => samples)
    expect(lines).toHaveLength(1 + repetitions.length + 1)
    expect(lines.at(-1)).toBe('')
    expect(lines.slice(0, 3)).toEqual([
      header,
      'strategies,row,"{""strategy"":""row""}",20000,1,18.2874,"{""generate"":1.46299,""encode"":2.19449,""write"":14.447}",2412544,21310,3,0,1605632,48318382080,48314187776,102760448',
      'strategies,row,"{""strategy"":""row""}",20000,2,18.069,"{""generate"":1.44552,""encode"":2.16828,""write"":14.2745}",2413056,21310,3,0,1605632,48318382080,48314187776,102760448',
    ])
  })

  it('leaves empty what the server does not tell, wholly or in part', () => {
    const lines = formatBenchCsv(sampleReport).split('\r\n')
    expect(lines.find((line) => line.startsWith('rtt,"row, 5 ms"'))).toBe(
      'rtt,"row, 5 ms","{""strategy"":""row"",""roundTripMilliseconds"":5}",2000,1,10.9931,"{""generate"":1.09931,""write"":9.78386}",,2131,3,0,163840,,,100663296',
    )
    expect(lines.find((line) => line.startsWith('reading,copy to'))).toBe(
      'reading,copy to,"{""way"":""copy to""}",500000,1,0.38456,"{""read"":0.380714}",,,,,,,,101711872',
    )
  })

  it('is the header alone where nothing was measured', () => {
    expect(formatBenchCsv({ ...sampleReport, experiments: [] })).toBe(`${header}\r\n`)
  })

  it('gives back every text when it is read', () => {
    const [names, values] = readCsv(formatBenchCsv(hostileReport()))
    const cells = Object.fromEntries(names!.map((name, index) => [name, values![index]]))
    expect(cells['experiment']).toBe(hostileName)
    expect(cells['measurement']).toBe(hostileName)
    const [experiment] = hostileReport().experiments
    expect(JSON.parse(cells['factors']!)).toEqual(experiment!.measurements[0]!.factors)
    expect(JSON.parse(cells['phases']!)).toEqual({ [hostileName]: 1 })
  })
})

/** The grammar of RFC 4180, section 2. */
function readCsv(text: string): readonly (readonly string[])[] {
  return text
    .split(/\r\n(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(([, quoted, plain]) =>
        quoted === undefined ? plain! : quoted.replaceAll('""', '"'),
      ),
    )
}
