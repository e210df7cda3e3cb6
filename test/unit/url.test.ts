import { userInfo } from 'node:os'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  displayUrl,
  isLocalHost,
  parseDatabaseUrl,
  readHosts,
  takeUrlApart,
  tlsWords,
  writeUrl,
} from '../../src/postgres/url.ts'

function failureOf(text: string): unknown {
  try {
    parseDatabaseUrl(text)
  } catch (error) {
    return error
  }
  return undefined
}

describe('parseDatabaseUrl', () => {
  it('reads every part', () => {
    const url =
      'postgresql://ada%40x:p%2Fw%23@db.example.com:6432/my%20shop?sslmode=verify-full&application_name=loader&connect_timeout=3'
    expect(parseDatabaseUrl(url)).toEqual({
      host: 'db.example.com',
      port: 6432,
      database: 'my shop',
      user: 'ada@x',
      password: 'p/w#',
      ssl: 'verify-full',
      certificates: {},
      applicationName: 'loader',
      connectTimeoutSeconds: 3,
    })
  })

  it('fills in what is missing', () => {
    expect(parseDatabaseUrl('postgres:///shop')).toEqual({
      host: 'localhost',
      port: 5432,
      database: 'shop',
      user: userInfo().username,
      password: '',
      ssl: false,
      certificates: {},
      applicationName: undefined,
      connectTimeoutSeconds: undefined,
    })
  })

  it.each([
    ['postgres://[::1]:5433/shop', '::1'],
    ['postgres://%2Fvar%2Frun%2Fpostgresql/shop', '/var/run/postgresql'],
    ['postgres:///shop?host=/tmp', '/tmp'],
  ])('reads the host of %s', (url, host) => {
    expect(parseDatabaseUrl(url).host).toBe(host)
  })

  it.each([
    ['postgres://db.example.com/shop', 'verify-full'],
    ['postgres://localhost/shop', false],
    ['postgres://127.0.0.1/shop', false],
    ['postgres://[::1]/shop', false],
    ['postgres:///shop?host=/tmp', false],
    ['postgres://h/shop?sslmode=disable', false],
    ['postgres://h/shop?sslmode=allow', 'prefer'],
    ['postgres://h/shop?sslmode=prefer', 'prefer'],
    ['postgres://localhost/shop?sslmode=require', 'require'],
    ['postgres://h/shop?sslmode=require&sslrootcert=ca.pem', 'verify-ca'],
    ['postgres://h/shop?sslmode=require&sslrootcert=system', 'require'],
    ['postgres://h/shop?sslmode=verify-ca', 'verify-ca'],
    ['postgres://h/shop?sslmode=verify-full', 'verify-full'],
  ])('encrypts %s: %s', (url, ssl) => {
    expect(parseDatabaseUrl(url).ssl).toBe(ssl)
  })

  it.each([
    '',
    'shop',
    'postgres:shop',
    'postgres://a%2Cb/shop',
    'postgres://a,/shop',
    'postgres://,b/shop',
    'postgres://a,,b/shop',
    'postgres://a,\tcanary@/shop',
    'postgres://host:99999/shop',
    'postgres://a,host:99999/shop',
    'postgres://ada:canary,b/shop',
    'postgres://ada:canary/x@a,b/shop',
    'postgres://ada:canary%zz@host/shop',
    'postgres://ada:canary/x@host/shop',
    'postgres://ada:12/canary@host/shop',
    'postgres://ada:12?canary@host/shop',
    'postgres://ada:12#canary@host/shop',
    'postgres://ada:12#canary',
    'postgres://ada%3Acanary@host/shop',
    'canary://ada@host/shop',
  ])('refuses %j without repeating it', (url) => {
    expect(failureOf(url)).toMatchObject({
      code: 'URL_INVALID',
      message: 'Cannot read the database URL',
      why: 'It is not of the form postgres://user:password@host:port/database.',
      fix: 'Check it, and percent-encode what is special in the user or password: %40 for @, %2F for /, %3F for ?, %23 for #, %25 for %.',
      exitCode: 2,
      cause: undefined,
    })
    expect(displayUrl(url)).toBe('(a database URL that cannot be read)')
  })

  it('refuses several hosts, of which a session could have any', () => {
    const url = 'postgres://ada:canary@a,b:5433/shop'
    expect(failureOf(url)).toMatchObject({
      code: 'URL_HOSTS',
      message: 'Cannot use the database URL',
      why: 'It names several hosts, and a session has one.',
      fix: 'Name one host.',
      exitCode: 2,
    })
    expect(displayUrl(url)).toBe('postgres://ada@a,b:5433/shop')
  })

  it('refuses another dialect in one sentence', () => {
    expect(failureOf('mysql://ada:canary@host/shop')).toMatchObject({
      code: 'URL_DIALECT',
      why: 'It names a mysql database, and Downpour loads PostgreSQL only.',
      fix: 'Give a URL that begins with postgres://.',
    })
  })

  it.each(['postgres://host', 'postgres://host/'])('refuses %s, which names no database', (url) => {
    expect(failureOf(url)).toMatchObject({
      code: 'URL_DATABASE',
      why: 'It names no database.',
      fix: 'Put the name of the database behind the host: postgres://host/database; or set PGDATABASE.',
    })
  })

  it('refuses an unknown parameter by name, since the driver would make it a setting', () => {
    expect(failureOf('postgres://host/shop?search_path=canary')).toMatchObject({
      code: 'URL_PARAMETER',
      why: 'Its parameter "search_path" is not supported.',
      fix: 'Remove it; the known parameters are application_name, connect_timeout, host, options, passfile, service, sslcert, sslkey, sslmode, sslrootcert.',
    })
    expect(failureOf('postgres://host/shop?can-ary')).toMatchObject({
      why: 'One of its parameters is unknown.',
    })
    expect(failureOf('postgres://host/shop?ssl=true')).toMatchObject({
      fix: 'Replace it with sslmode, for example sslmode=require.',
    })
  })

  it.each([
    [
      'sslmode',
      'verify',
      'It is one of disable, allow, prefer, require, verify-ca and verify-full.',
    ],
    ['connect_timeout', '0', 'It is a whole number of seconds, at least 1.'],
    ['connect_timeout', '1.5', 'It is a whole number of seconds, at least 1.'],
    ['host', 'example.com', 'Only the folder of a Unix socket can be given as a parameter.'],
  ])('refuses %s=%s', (name, value, why) => {
    expect(failureOf(`postgres:///shop?${name}=${value}`)).toMatchObject({
      code: 'URL_PARAMETER',
      message: `Cannot use the database URL: its parameter "${name}" has a value that is not allowed`,
      why,
      fix: `Correct ${name}, or remove it.`,
    })
  })
})

describe('takeUrlApart', () => {
  it('reads every host with its port', () => {
    expect(takeUrlApart('postgres://ada:a,b@db1:5432,db2,[::1]:5433,%2Ftmp/shop')).toMatchObject({
      hosts: [
        { host: 'db1', port: '5432' },
        { host: 'db2', port: '' },
        { host: '::1', port: '5433' },
        { host: '/tmp', port: '' },
      ],
      user: 'ada',
      password: 'a,b',
      database: 'shop',
    })
  })
})

describe('readHosts', () => {
  it('reads hosts as they stand in a URL', () => {
    expect(readHosts('db1:5433,[::1],%2Ftmp')).toEqual([
      { host: 'db1', port: '5433' },
      { host: '::1', port: '' },
      { host: '/tmp', port: '' },
    ])
  })

  it.each([
    '',
    'a,',
    ',b',
    'a,,b',
    'a, b',
    'a:x',
    'ada:pw@a',
    '/tmp',
    'a/b',
    'a?b',
    'a#b',
    'postgres://a',
  ])('does not read %j', (text) => expect(readHosts(text)).toBeUndefined())
})

describe('displayUrl', () => {
  it('leaves out the password only', () => {
    expect(displayUrl('postgres://ada:canary@host:6432/shop?sslmode=require')).toBe(
      'postgres://ada@host:6432/shop?sslmode=require',
    )
    expect(displayUrl('postgres://localhost/shop')).toBe('postgres://localhost/shop')
  })

  it('leaves out parameters it does not know', () => {
    expect(displayUrl('postgres://h/shop?password=canary&sslmode=require')).toBe(
      'postgres://h/shop?sslmode=require',
    )
  })

  it('never shows a password, whatever characters it holds', () => {
    const password = fc
      .array(fc.constantFrom('/', '?', '#', '@', ':', ',', '%', '%41', '&', '=', ' ', '1', '['), {
        maxLength: 5,
      })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(password, password, (before, after) => {
        for (const hosts of ['host:5432', 'a:5432,[::1],c']) {
          const url = `postgres://ada:${before}canary${after}@${hosts}/shop`
          expect(displayUrl(url)).not.toContain('canary')
          const failure = failureOf(url)
          expect(String(failure) + JSON.stringify(failure)).not.toContain('canary')
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('writeUrl', () => {
  it('writes what takeUrlApart reads, whatever characters it holds', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }).filter(isStorable)
    const host = fc.record({
      host: fc.constantFrom('db.example.com', '10.1.2.3', '::1', '/var/run/my sockets'),
      port: fc.constantFrom('', '5433'),
    })
    const parts = fc.record({
      hosts: fc.array(host, { minLength: 1, maxLength: 3 }),
      // A folder's own name and its parent's are no part of a path.
      database: text.filter((database) => !/^\.\.?$/.test(database)),
      user: text.filter((user) => !user.includes(':')),
      password: fc.oneof(fc.constant(''), text),
      parameters: text.map((value) => new Map([['options', value]])),
    })
    fc.assert(
      fc.property(parts, (written) => {
        expect(takeUrlApart(writeUrl(written))).toEqual(written)
      }),
    )
  })
})

/** Half a surrogate pair has no place in a URL. */
function isStorable(text: string): boolean {
  return text.isWellFormed()
}

describe('tlsWords', () => {
  it.each([
    ['postgres://localhost/shop', undefined],
    ['postgres://db/shop', 'TLS verified'],
    ['postgres://db/shop?sslmode=verify-ca', 'TLS verified, but for the host’s name'],
    ['postgres://db/shop?sslmode=require', 'TLS, not verified'],
    ['postgres://db/shop?sslmode=prefer', 'TLS if the server has it, not verified'],
    ['postgres://db/shop?sslmode=disable', 'not encrypted'],
  ])('of %s: %s', (url, words) => expect(tlsWords(parseDatabaseUrl(url))).toBe(words))
})

describe('isLocalHost', () => {
  it.each(['localhost', 'LOCALHOST', '127.0.0.1', '127.1.2.3', '::1', '/var/run/postgresql'])(
    'takes %s for this machine',
    (host) => expect(isLocalHost(host)).toBe(true),
  )

  it.each(['127.0.0.1.example.com', 'localhost.example.com', '10.0.0.1', '::2', '0.0.0.0'])(
    'takes %s for another one',
    (host) => expect(isLocalHost(host)).toBe(false),
  )
})
