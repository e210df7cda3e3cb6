import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { completeUrl, urlOfVariables } from '../../../src/postgres/libpq/complete-url.ts'
import { readHosts } from '../../../src/postgres/url.ts'
import { failureFrom } from '../../support/seed-town.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'downpour-home-'))
})
afterEach(() => rm(home, { recursive: true }))

async function complete(url: string, environment: Readonly<Record<string, string>> = {}) {
  return completeUrl(url, { HOME: home, ...environment })
}

async function urlFor(url: string, environment: Readonly<Record<string, string>> = {}) {
  const { url: whole, notes } = await complete(url, environment)
  expect(notes).toEqual([])
  return whole
}

/** Written as `chmod 600` leaves it. */
async function write(name: string, text: string, mode = 0o600): Promise<string> {
  const file = join(home, name)
  await writeFile(file, text)
  await chmod(file, mode)
  return file
}

const all = {
  PGHOST: 'db',
  PGPORT: '6432',
  PGDATABASE: 'shop',
  PGUSER: 'ada',
  PGPASSWORD: 'p/w',
  PGSSLMODE: 'require',
  PGAPPNAME: 'loader',
  PGCONNECT_TIMEOUT: '3',
  PGOPTIONS: '-c statement_timeout=5s',
}

describe(urlOfVariables, () => {
  it('takes a host or a service for a server, and nothing else', () => {
    const { PGHOST: _, ...others } = all
    expect(urlOfVariables(others)).toBeUndefined()
    expect(urlOfVariables({ PGHOST: '' })).toBeUndefined()
    expect(urlOfVariables({ PGHOST: 'db' })).toBe('postgres:///')
    expect(urlOfVariables({ PGSERVICE: 'shop' })).toBe('postgres:///')
  })
})

describe(completeUrl, () => {
  it('adds nothing where there is nothing', async () => {
    expect(await urlFor('postgres://ada:pw@db:6432/shop?sslmode=require')).toBe(
      'postgres://ada:pw@db:6432/shop?sslmode=require',
    )
  })

  it('takes everything from the variables', async () => {
    expect(await urlFor('postgres:///', all)).toBe(
      'postgres://ada:p%2Fw@db:6432/shop?application_name=loader&connect_timeout=3&options=-c+statement_timeout%3D5s&sslmode=require',
    )
  })

  it('lets what the URL says go before them', async () => {
    const url =
      'postgres://bob:pw@other:1/own?application_name=a&connect_timeout=1&options=-c+x&sslmode=disable'
    expect(await urlFor(url, all)).toBe(url)
  })

  it('takes a timeout of 0, which means none to libpq, for none of ours', async () => {
    expect(await urlFor('postgres://db/shop', { PGCONNECT_TIMEOUT: '0' })).toBe(
      'postgres://db/shop',
    )
  })

  it('names certificates', async () => {
    const files = { PGSSLROOTCERT: 'ca.pem', PGSSLCERT: 'me.crt', PGSSLKEY: 'me.key' }
    expect(await urlFor('postgres://db/shop', files)).toBe(
      'postgres://db/shop?sslcert=me.crt&sslkey=me.key&sslrootcert=ca.pem',
    )
  })

  it('trusts whom psql trusts, where it verifies', async () => {
    await mkdir(join(home, '.postgresql'))
    const root = encodeURIComponent(await write('.postgresql/root.crt', ''))
    expect(await urlFor('postgres://db/shop')).toBe(`postgres://db/shop?sslrootcert=${root}`)
    expect(await urlFor('postgres://localhost/shop')).toBe('postgres://localhost/shop')
    const unverified = 'postgres://db/shop?sslmode=require'
    expect(await urlFor(unverified)).toBe(unverified)
  })

  it.each([
    [{ PGHOST: 'a,,b' }, 'One of the hosts of PGHOST is empty.'],
    [{ PGHOST: 'a,b', PGPORT: '1,2,3' }, 'PGPORT has 3 ports, and there are 2 hosts.'],
    [{ PGHOST: 'a', PGPORT: '1,2' }, 'PGPORT has 2 ports, and there is 1 host.'],
    [{ PGHOST: 'a,b', PGPORT: '1,canary' }, 'The port of PGPORT is no number.'],
    [{ PGHOSTADDR: '10.1.2.3' }, 'The hostaddr of PGHOSTADDR is not supported.'],
    [{ PGPORT: 'canary' }, 'The port of PGPORT is no number.'],
    [
      { PGSSLMODE: 'canary' },
      'The sslmode of PGSSLMODE is not allowed. It is one of disable, allow, prefer, require, verify-ca and verify-full.',
    ],
    [
      { PGCONNECT_TIMEOUT: 'canary' },
      'The connect_timeout of PGCONNECT_TIMEOUT is not allowed. It is a whole number of seconds, at least 1.',
    ],
    [{ PGSERVICE: 'shop', PGSERVICEFILE: '/nowhere' }, 'There is no service "shop" in /nowhere.'],
  ])('refuses %j', async (environment, why) => {
    expect(await failureFrom(complete('postgres:///shop', environment))).toMatchObject({
      code: 'URL_VARIABLE',
      why,
      exitCode: 2,
    })
  })

  it('asks for a database, whoever names the server', async () => {
    expect(await failureFrom(complete('postgres:///', { PGHOST: 'db' }))).toMatchObject({
      code: 'URL_DATABASE',
    })
  })

  it('says what it does not heed', async () => {
    const { notes } = await complete('postgres://db/shop', {
      PGCHANNELBINDING: 'require',
      PGTZ: 'CET',
    })
    expect(notes).toEqual(['Not heeded: PGCHANNELBINDING'])
  })

  describe('with several hosts', () => {
    const nodesFor = async (
      url: string,
      environment: Readonly<Record<string, string>> = {},
      hosts?: string,
    ) => {
      const named = hosts === undefined ? undefined : readHosts(hosts)
      const whole = await completeUrl(url, { HOME: home, ...environment }, named)
      return [whole.url, ...whole.nodes].map((node) => node.replace('postgres://', ''))
    }

    it('gives each a URL of its own, the first one first', async () => {
      expect(await nodesFor('postgres://ada:pw@a:5433,b,[::1]/shop?connect_timeout=3')).toEqual([
        'ada:pw@a:5433/shop?connect_timeout=3',
        'ada:pw@a:5433/shop?connect_timeout=3',
        'ada:pw@b/shop?connect_timeout=3',
        'ada:pw@[::1]/shop?connect_timeout=3',
      ])
      expect(await nodesFor('postgres://a/shop')).toEqual(['a/shop', 'a/shop'])
    })

    it('takes lists of the variables as libpq does', async () => {
      const url = 'postgres:///shop'
      const [PGHOST, expected] = ['a,/tmp', ['a:1/shop', 'a:1/shop']]
      expect(await nodesFor(url, { PGHOST, PGPORT: '1,2' })).toEqual([...expected, '%2Ftmp:2/shop'])
      expect(await nodesFor(url, { PGHOST, PGPORT: '1' })).toEqual([...expected, '%2Ftmp:1/shop'])
      expect(await nodesFor(url, { PGHOST, PGPORT: '1,' })).toEqual([...expected, '%2Ftmp/shop'])
      expect(await nodesFor('postgres://a,b/shop', { PGHOST: 'c', PGPORT: '1' })).toEqual([
        'a:1/shop',
        'a:1/shop',
        'b:1/shop',
      ])
      expect(await nodesFor('postgres://a:2,b/shop', { PGPORT: '1' })).toEqual([
        'a:2/shop',
        'a:2/shop',
        'b/shop',
      ])
    })

    it('puts hosts that are named in the place of the URL’s, for rows', async () => {
      const url = 'postgres://ada:pw@a:5433,b/shop?sslmode=require'
      expect(await nodesFor(url, {}, 'c:5434,d')).toEqual([
        'ada:pw@a:5433/shop?sslmode=require',
        'ada:pw@c:5434/shop?sslmode=require',
        'ada:pw@d/shop?sslmode=require',
      ])
      expect(await nodesFor('postgres:///shop', { PGHOST: 'a' }, 'c')).toEqual(['a/shop', 'c/shop'])
    })

    it('looks up the password and whom to trust for each', async () => {
      await mkdir(join(home, '.postgresql'))
      const root = encodeURIComponent(await write('.postgresql/root.crt', ''))
      await write('.pgpass', 'a:*:*:*:one\nlocalhost:5433:*:*:two\n')
      expect(await nodesFor('postgres://ada@a,localhost:5433/shop')).toEqual([
        `ada:one@a/shop?sslrootcert=${root}`,
        `ada:one@a/shop?sslrootcert=${root}`,
        'ada:two@localhost:5433/shop',
      ])
    })
  })

  describe('with a service', () => {
    const service = '[shop]\nhost=db\nport=6432\ndbname=shop\nuser=ada\npassword=pw\n'

    it('takes it between the URL and the variables', async () => {
      await write('.pg_service.conf', service)
      expect(
        await urlFor('postgres:///', { ...all, PGSERVICE: 'shop', PGHOST: 'other' }),
      ).toContain('postgres://ada:pw@db:6432/shop?')
      expect(await urlFor('postgres://bob@host/own', { PGSERVICE: 'shop' })).toBe(
        'postgres://bob:pw@host:6432/own',
      )
      expect(await urlFor('postgres:///?service=shop')).toBe('postgres://ada:pw@db:6432/shop')
    })

    it('finds it in the file that is named, else in the system’s', async () => {
      const file = await write('services', service)
      expect(await urlFor('postgres:///', { PGSERVICE: 'shop', PGSERVICEFILE: file })).toContain(
        '@db:',
      )
      await write('pg_service.conf', service.replace('=db', '=system'))
      const environment = { PGSERVICE: 'shop', PGSYSCONFDIR: home }
      expect(await urlFor('postgres:///', environment)).toContain('@system:')
    })

    it('says what it does not heed of it', async () => {
      await write('.pg_service.conf', `${service}target_session_attrs=any\n`)
      expect((await complete('postgres:///?service=shop')).notes).toEqual([
        'Not heeded: target_session_attrs',
      ])
    })
  })

  describe('with a password file', () => {
    it('looks the password up where nobody says one', async () => {
      await write('.pgpass', 'db:5432:shop:ada:found\n')
      expect(await urlFor('postgres://ada@db/shop')).toBe('postgres://ada:found@db/shop')
      expect(await urlFor('postgres://ada:own@db/shop')).toBe('postgres://ada:own@db/shop')
      expect(await urlFor('postgres://ada@db/shop', { PGPASSWORD: 'set' })).toContain(':set@')
      expect(await urlFor('postgres://ada@db:6432/shop')).toBe('postgres://ada@db:6432/shop')
    })

    it('takes a socket in the usual folder for localhost', async () => {
      await write('.pgpass', 'localhost:*:*:*:found\n')
      expect(await urlFor('postgres://ada@%2Ftmp/shop')).toBe('postgres://ada:found@%2Ftmp/shop')
      expect(await urlFor('postgres://ada@%2Fsrv/shop')).toBe('postgres://ada@%2Fsrv/shop')
    })

    it('finds it where PGPASSFILE or the URL says', async () => {
      const file = await write('mine', '*:*:*:*:found\n')
      expect(await urlFor('postgres://ada@db/shop', { PGPASSFILE: file })).toContain(':found@')
      const passfile = encodeURIComponent(file)
      expect(await urlFor(`postgres://ada@db/shop?passfile=${passfile}`)).toBe(
        'postgres://ada:found@db/shop',
      )
    })

    it('does not read one that others may read, and says so', async () => {
      const file = await write('.pgpass', '*:*:*:*:canary\n', 0o644)
      expect(await complete('postgres://ada@db,db2/shop')).toMatchObject({
        url: 'postgres://ada@db/shop',
        notes: [`${file} is not read: group or others may read it: chmod 600 ${file}`],
      })
    })

    it('says so when one that is named cannot be read', async () => {
      const named = { PGPASSFILE: '/nowhere/pgpass' }
      expect((await complete('postgres://ada@db/shop', named)).notes).toEqual([
        '/nowhere/pgpass is not read: ENOENT',
      ])
      expect((await complete('postgres://ada@db/shop', { PGPASSFILE: home })).notes).toEqual([
        `${home} is not read: it is no plain file`,
      ])
    })
  })
})
