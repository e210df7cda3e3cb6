import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { styled, terminalOf } from '../../../src/report/terminal.ts'

function stream(properties: { isTTY?: boolean; columns?: number }): NodeJS.WriteStream {
  return Object.assign(new Writable(), properties) as unknown as NodeJS.WriteStream
}

describe(terminalOf, () => {
  it('redraws and colours on a terminal', () => {
    const terminal = terminalOf(stream({ isTTY: true, columns: 60 }), { TERM: 'xterm' })
    expect(terminal).toMatchObject({ isInteractive: true, hasColour: true, columns: 60 })
    expect(styled(terminal, 'red', '✖')).toBe('\u001b[31m✖\u001b[39m')
  })

  it('does neither elsewhere', () => {
    const terminal = terminalOf(stream({}), { TERM: 'xterm' })
    expect(terminal).toMatchObject({ isInteractive: false, hasColour: false, columns: 80 })
    expect(styled(terminal, 'red', '✖')).toBe('✖')
  })

  it('does neither on a dumb terminal', () => {
    expect(terminalOf(stream({ isTTY: true }), { TERM: 'dumb' })).toMatchObject({
      isInteractive: false,
      hasColour: false,
    })
  })

  it.each([
    ['1', false],
    ['0', false],
    ['', true],
  ])('takes NO_COLOR=%j for what it says: colour %s', (value, hasColour) => {
    const environment = { TERM: 'xterm', NO_COLOR: value }
    expect(terminalOf(stream({ isTTY: true }), environment)).toMatchObject({
      isInteractive: true,
      hasColour,
    })
  })

  it('counts on 80 columns where the terminal says 0', () => {
    expect(terminalOf(stream({ isTTY: true, columns: 0 }), {}).columns).toBe(80)
  })
})
