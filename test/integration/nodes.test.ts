import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { memoryLedger } from '../../src/ledger/memory-ledger.ts'
import { listRuns } from '../../src/ledger/runs.ts'
import type { Step, StepKind } from '../../src/ledger/step.ts'
import type { ServerType } from '../../src/postgres/server-type.ts'
import { openSession, withSession } from '../../src/postgres/session.ts'
import { checkNodes } from '../../src/run/check-nodes.ts'
import { runLane } from '../../src/run/lane.ts'
import type { Patience } from '../../src/run/lane.ts'
import { prepareRecorded } from '../../src/run/prepare-run.ts'
import { checksumsOf } from '../support/checksum.ts'
import type { TableChecksum } from '../support/checksum.ts'
import type { TestDatabase } from '../support/database.ts'
import { createTestDatabase } from '../support/database.ts'
import { startFrameProxy } from '../support/frame-proxy.ts'
import type { Fault, Frame, FrameProxy } from '../support/frame-proxy.ts'
import { expectNothingLeft } from '../support/leftovers.ts'
import { lingerOverChunks } from '../support/linger.ts'
import { openOther, waitForBlockedLanes } from '../support/other-session.ts'
import { ledgerStateOf } from '../support/run-state.ts'
import { change, failureFrom, seedTown, townProject } from '../support/seed-town.ts'
import type { SeedWishes } from '../support/seed-town.ts'
import { createTownDatabase } from '../support/town-database.ts'
import { townTables } from '../support/town.ts'
import { undisturbedTown } from '../support/undisturbed-town.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

expectNothingUnhandled()

/** Enough chunks of the last table for several lanes. */
const some: SeedWishes = {
  counts: { papers: 600, residents: 60 },
  chunkSize: 50,
  indexes: 'defer',
}
const patience: Patience = { attempts: 3, reconnectSeconds: 1, silenceSeconds: 15 }

let whole: Readonly<Record<string, TableChecksum>>
beforeAll(async () => {
  whole = await undisturbedTown(some)
})

let database: TestDatabase
const proxies: FrameProxy[] = []
beforeEach(async () => {
  database = await createTownDatabase()
})
afterEach(async () => {
  for (const proxy of proxies.splice(0)) await proxy.close()
  await expectNothingLeft(database.url)
  await database.drop()
})

/** Another address of the database, as that of a node. */
async function openNode(decide?: (frame: Frame) => Fault): Promise<FrameProxy> {
  const proxy = await startFrameProxy(database.url, decide)
  proxies.push(proxy)
  return proxy
}

/** So many lanes wait for one another at their first papers, that none of them has all. */
async function meetAtPapers(lanes: number): Promise<void> {
  await change(
    database.url,
    `create sequence arrivals;
     create function meet() returns trigger language plpgsql as $$ begin
       if nextval('arrivals') <= ${lanes} then
         while (select last_value from arrivals) < ${lanes} loop perform pg_sleep(0.01); end loop;
       end if;
       return null; end $$;
     create trigger meet before insert on papers for each statement execute function meet()`,
  )
}

function statements({ frames }: FrameProxy, wanted: RegExp): readonly string[] {
  return frames.flatMap(({ side, text = '' }) =>
    side === 'client' && wanted.test(text) ? [text] : [],
  )
}

const rowsOf = (proxy: FrameProxy) => statements(proxy, /^copy/)

/** Whatever is not to be done at a node. */
const others =
  /^(?:create|drop|alter|analyze|truncate)|setval|advisory|^(?:update|insert into) "downpour"\."(?:runs|dropped|run_tables)"/i

function connectionsTo({ frames }: FrameProxy): number {
  return frames.filter(({ type }) => type === 'startup').length
}

async function expectWhole(): Promise<void> {
  expect(await checksumsOf(database.url, townTables)).toEqual(whole)
  expect(await ledgerStateOf(database.url)).toMatchObject({
    runs: ['finished'],
    openSteps: 0,
    openDrops: 0,
  })
}

describe('lanes that load through several nodes', () => {
  it('enter through each in turn', async () => {
    await meetAtPapers(4)
    const [first, second, third] = [await openNode(), await openNode(), await openNode()]
    const nodes = [first.url, second.url, third.url]
    const report = await seedTown(first.url, { ...some, indexes: 'keep', nodes, lanes: 4 })
    await expectWhole()
    expect(report).toMatchObject({ lanes: 4 })
    for (const proxy of [first, second, third]) expect(rowsOf(proxy)).not.toEqual([])
  })

  it('do everything else at the first', async () => {
    const [first, second, third] = [await openNode(), await openNode(), await openNode()]
    const nodes = [first.url, second.url, third.url]
    await seedTown(first.url, { ...some, nodes, lanes: 3 })
    await expectWhole()
    expect(statements(first, others).length).toBeGreaterThan(20)
    expect([...statements(second, others), ...statements(third, others)]).toEqual([])
    // It is looked at twice before the load; then a lane comes, perhaps goes for the first step, and comes again.
    for (const proxy of [second, third]) expect(connectionsTo(proxy)).toBeLessThanOrEqual(4)
  })

  it('do everything else at the URL’s host where that is none of the nodes', async () => {
    const [first, second] = [await openNode(), await openNode()]
    await seedTown(first.url, { ...some, nodes: [second.url] })
    await expectWhole()
    expect(rowsOf(first)).toEqual([])
    expect(rowsOf(second)).not.toEqual([])
    expect(statements(second, others)).toEqual([])
  })

  it('are those of several processes, each with a node of its own', async () => {
    await meetAtPapers(3)
    const [first, second, third] = [await openNode(), await openNode(), await openNode()]
    const { url } = first
    let joining: Promise<unknown> | undefined
    await seedTown(url, {
      ...some,
      indexes: 'keep',
      onRun: () => {
        joining = Promise.all(
          [second, third].map((node) =>
            seedTown(url, { ...some, join: 'latest', nodes: [node.url] }),
          ),
        )
      },
    })
    await joining
    await expectWhole()
    for (const proxy of [first, second, third]) expect(rowsOf(proxy)).not.toEqual([])
  })

  it('load a chunk again, or not, by what its row says when its commit at a node is in doubt', async () => {
    for (const fault of ['drop', 'kill'] as const) {
      let copies = 0
      const isCommitOfRows = ({ side, text = '', isCommit }: Frame) => {
        if (side === 'client' && text.startsWith('copy')) copies++
        return isCommit && copies === 3 && side === (fault === 'drop' ? 'server' : 'client')
      }
      const node = await openNode((frame) =>
        isCommitOfRows(frame) && node.struck.length === 0 ? fault : 'pass',
      )
      await seedTown(database.url, { ...some, existing: 'reset', nodes: [node.url] })
      expect(node.struck).toHaveLength(1)
      expect(await checksumsOf(database.url, townTables)).toEqual(whole)
    }
  })
})

describe('a node that is gone', () => {
  /** Through which only so many chunks are loaded. */
  async function openMortal(chunks: number): Promise<FrameProxy> {
    let copies = 0
    const node = await openNode(({ side, text = '' }) => {
      if (side === 'client' && text.startsWith('copy')) copies++
      if (copies <= chunks) return 'pass'
      void node.close()
      return 'kill'
    })
    return node
  }

  it('leaves its work to the others, and the report says so', async () => {
    await lingerOverChunks(database.url, 'papers', 0.3)
    const node = await openMortal(0)
    const { url } = database
    const report = await seedTown(url, { ...some, patience, lanes: 2, nodes: [url, node.url] })
    await expectWhole()
    const { port } = new URL(node.url)
    expect(report).toMatchObject({
      lanes: 1,
      notes: expect.arrayContaining([
        `Lane 2 has left its work to the others: Cannot connect to database "${database.name}" on 127.0.0.1:${port} as "postgres"`,
      ]) as unknown,
    })
  })

  it('is not waited for by a run that is over', async () => {
    const { url } = database
    const node = await openNode()
    const other = await openOther(url, 'lock table papers in share mode')
    const seeding = seedTown(url, {
      ...some,
      lanes: 2,
      nodes: [url, node.url],
      patience: { ...patience, reconnectSeconds: 600, attempts: 300 },
    })
    await waitForBlockedLanes(url, 2)
    await node.close()
    await other.leave()
    const report = await seeding
    await expectWhole()
    expect(report.lanes).toBe(1)
    expect(report.notes.filter((note) => note.startsWith('Lane'))).toEqual([])
  })

  it('stops the run where it was the only one, which can be resumed through another', async () => {
    const node = await openMortal(2)
    const { url } = database
    const failing = seedTown(url, { ...some, patience, lanes: 2, nodes: [node.url] })
    const { port } = new URL(node.url)
    expect(await failureFrom(failing)).toMatchObject({
      code: 'CONNECT_UNREACHABLE',
      message: `Cannot connect to database "${database.name}" on 127.0.0.1:${port} as "postgres"`,
      why: 'Nothing accepts connections there (ECONNREFUSED).',
    })
    expect((await ledgerStateOf(url)).openSteps).toBeGreaterThan(0)
    await seedTown(url, { ...some, unfinished: 'resume' })
    await expectWhole()
  })

  it('is found before the first write', async () => {
    const node = await openNode()
    await node.close()
    const { port } = new URL(node.url)
    expect(await failureFrom(seedTown(database.url, { ...some, nodes: [node.url] }))).toEqual({
      code: 'CONNECT_UNREACHABLE',
      message: `Cannot connect to database "${database.name}" on 127.0.0.1:${port} as "postgres"`,
      why: 'Nothing accepts connections there (ECONNREFUSED).',
      fix: 'Start the server, or correct host and port in the database URL.',
      exitCode: 2,
    })
    expect((await ledgerStateOf(database.url)).runs).toEqual([])
  })
})

describe('a node that falls silent before the load', () => {
  it.each([0, 1])('is not waited for, its connection being number %d', async (connection) => {
    const node = await openNode((frame) =>
      frame.connection === connection && /inet_server_addr|"runs"/.test(frame.text ?? '')
        ? 'stall'
        : 'pass',
    )
    const silent = { ...patience, silenceSeconds: 0.3 }
    const { url } = database
    const seeding = seedTown(url, { ...some, nodes: [node.url], patience: silent })
    expect(await failureFrom(seeding)).toMatchObject({
      code: 'CONNECTION_LOST',
      why: 'The connection broke (ETIMEDOUT).',
      exitCode: 4,
    })
    node.release()
    await seedTown(url, some)
    await expectWhole()
  })
})

describe('a node is refused', () => {
  const at = (change: (url: URL) => void) => {
    const url = new URL(database.url)
    change(url)
    return url.href
  }
  const refusalOf = (node: string, wishes: SeedWishes = {}) =>
    failureFrom(seedTown(database.url, { ...some, ...wishes, nodes: [database.url, node] }))

  afterEach(async () => {
    expect((await ledgerStateOf(database.url)).runs).toEqual([])
  })

  it('where it takes no writes', async () => {
    const node = at(({ searchParams }) =>
      searchParams.set('options', '-c default_transaction_read_only=on'),
    )
    expect(await refusalOf(node)).toEqual({
      code: 'NODE_READ_ONLY',
      message: `Cannot load through ${new URL(node).host}: it takes no writes`,
      why: 'It is a standby, or its transactions are read-only by default.',
      fix: 'Leave that host out.',
      exitCode: 2,
    })
  })

  it('where it leads to a database of another name', async () => {
    const other = await createTestDatabase()
    expect(await refusalOf(other.url)).toEqual({
      code: 'NODE_OTHER',
      message: `Cannot load through ${new URL(other.url).host}: it leads to another database`,
      why: `It is called "${other.name}" there, and not "${database.name}".`,
      fix: 'Name nodes of one cluster, or other addresses of one server; a second host is no replacement for the first.',
      exitCode: 2,
    })
    await other.drop()
  })

  it('where it is on another machine, unless consent is given', async () => {
    // By a name that does not count as this machine's; the test's server has no TLS.
    const node = at((url) => {
      url.hostname = '0.0.0.0'
      url.searchParams.set('sslmode', 'disable')
    })
    expect(await refusalOf(node)).toEqual({
      code: 'REFUSED_REMOTE',
      message: `Refusing to seed "${database.name}": the server is not on this machine`,
      why: 'Rows are to enter through 0.0.0.0, and the server says that its address is 127.0.0.1.',
      fix: `If you mean it, say --confirm ${database.name}; or add the host to allowHosts in the configuration.`,
      exitCode: 2,
    })
    let asked = 0
    const ask = () => {
      asked++
      return Promise.resolve('no')
    }
    expect(await refusalOf(node, { ask })).toMatchObject({ code: 'DECLINED' })
    expect(asked).toBe(1)
  })
})

describe('a node on another machine', () => {
  it('is allowed as the database’s own host is', async () => {
    const node = database.url.replace('@127.0.0.1:', '@0.0.0.0:') + '?sslmode=disable'
    await seedTown(database.url, { ...some, nodes: [node], allowHosts: ['0.0.0.0'] })
    await expectWhole()
    await seedTown(database.url, {
      ...some,
      existing: 'reset',
      nodes: [node],
      confirm: database.name,
    })
    expect(await checksumsOf(database.url, townTables)).toEqual(whole)
  })
})

describe(checkNodes, () => {
  /** A run that is done, as lanes through one node would work on it. */
  async function prepared(node = database.url) {
    await seedTown(database.url, some)
    return withSession({ url: database.url }, async (session) => {
      const [run] = await listRuns(session)
      const own = await prepareRecorded(session, townProject, run!)
      return { url: 'postgres:///another', nodes: [node], silenceSeconds: 15, run: run!.id, ...own }
    })
  }

  it('wants the run to be known there', async () => {
    const other = await createTownDatabase()
    const work = await prepared(other.url)
    const refusal = {
      code: 'NODE_OTHER',
      message: `Cannot load through ${new URL(other.url).host}: it leads to another database`,
      why: `Its ledger does not know run ${work.run}.`,
    }
    expect(await failureFrom(checkNodes(work))).toMatchObject(refusal)
    await seedTown(other.url, some)
    expect(await failureFrom(checkNodes(work))).toMatchObject(refusal)
    await other.drop()
  })

  it('wants types to have the numbers that COPY names them by', async () => {
    const work = await prepared()
    const targets = work.targets.map((target) => ({
      ...target,
      columns: target.columns.map((column) => ({
        ...column,
        serverType: elsewhere(column.serverType),
      })),
    }))
    expect(await failureFrom(checkNodes({ ...work, targets }))).toEqual({
      code: 'NODE_TYPE',
      message: `Cannot load through ${new URL(database.url).host}: arrays of "Mood" cannot be sent there`,
      why: 'COPY in its binary form names the type by a number, and there it has another one.',
      fix: 'Leave that host out; or begin the run again with --restart --strategy copy-text.',
      exitCode: 2,
    })
    const asText = work.tables.map((table) => ({ ...table, strategy: 'copy-text' }))
    await checkNodes({ ...work, targets, tables: asText })
  })

  it('tells which tables are not there', async () => {
    const work = await prepared()
    const names = work.tables.map(({ key }) => key)
    const [node] = work.nodes
    expect(await checkNodes(work)).toEqual([{ url: node, lacks: [] }])
    await change(database.url, 'drop table papers')
    const lacks = [names.indexOf('papers')]
    expect(await checkNodes({ ...work, nodes: [node!, work.url, node!] })).toEqual([
      { url: node, lacks },
      { url: work.url, lacks: [] },
      { url: node, lacks },
    ])
  })
})

describe('a lane with a node', () => {
  const step = (phase: number, number: number, kind: StepKind, position?: number): Step => ({
    phase,
    number,
    kind,
    position,
    firstRow: 0,
    rowCount: 0,
    task: undefined,
  })

  it('does each step where it belongs, and goes there only when it has to', async () => {
    const steps = [
      step(0, 0, 'reset'),
      step(2, 0, 'chunk', 0),
      step(2, 1, 'chunk', 0),
      step(2, 2, 'chunk', 1),
      step(2, 3, 'chunk', 2),
      step(7, 0, 'settle', 0),
      step(8, 0, 'finish'),
    ]
    const node = { url: `${database.url}?application_name=node`, lacks: [1] }
    const places: string[] = []
    let done = 0
    const end = await runLane({
      url: database.url,
      node,
      open: ({ url }) => {
        places.push(url === node.url ? 'at the node' : 'at the first')
        return openSession({ url })
      },
      ledger: memoryLedger({ tables: [], steps, recordEnd: () => Promise.resolve() }),
      perform: (_session, { kind }) => {
        done++
        places.push(kind)
        return Promise.resolve({ seconds: 0, generateSeconds: 0 })
      },
      signal: new AbortController().signal,
      onCommitted: () => {},
      onRolledBack: () => {},
      explain: ({ error }) => Promise.resolve(error),
      patience,
    })
    expect(end).toEqual({ kind: 'done' })
    expect(done).toBe(steps.length)
    expect(places.join(', ')).toBe(
      'at the node, at the first, reset, at the node, chunk, chunk, at the first, chunk, at the node, chunk, at the first, settle, finish',
    )
  })
})

/** The type as a server knows it that has given out one number more. */
function elsewhere(type: ServerType): ServerType {
  const { element } = type
  return element?.kind === 'enum'
    ? { ...type, element: { ...element, oid: element.oid + 1 } }
    : type
}
