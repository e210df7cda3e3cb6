import { spawnSync } from 'node:child_process'
import { chmod, chown, mkdir, mkdtemp, readFile, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { serverPlace } from '../../src/postgres/embedded/home.ts'
import { findUser, serverUser } from '../../src/postgres/embedded/server-user.ts'
import { embeddedStatus, openEmbeddedServer } from '../../src/postgres/embedded/server.ts'
import { runFolder } from '../support/database.ts'
import { makeProject, startHolder, withSql } from '../support/embedded.ts'

const isRoot = process.getuid?.() === 0
const ORDINARY_UID = 65534

let parent: string
beforeEach(async () => {
  parent = await mkdtemp(join(runFolder(), 'home-'))
  await chmod(parent, 0o711)
})

describe('serverPlace', () => {
  const before = process.env['DOWNPOUR_HOME']
  afterEach(() => {
    if (before === undefined) delete process.env['DOWNPOUR_HOME']
    else process.env['DOWNPOUR_HOME'] = before
  })

  it('is below /var/tmp, one folder per user, unless DOWNPOUR_HOME names another', async () => {
    const folder = join(parent, 'My shop')
    await mkdir(folder)
    process.env['DOWNPOUR_HOME'] = ''
    expect((await serverPlace({ folder })).folder).toMatch(
      new RegExp(`/var/tmp/downpour-${process.getuid?.()}/My-shop-[0-9a-f]{8}$`),
    )
    process.env['DOWNPOUR_HOME'] = join(parent, 'elsewhere')
    expect((await serverPlace({ folder })).home).toBe(join(parent, 'elsewhere'))
  })

  it('is the same for a project reached by a symbolic link', async () => {
    const folder = join(parent, 'shop')
    await mkdir(folder)
    await symlink(folder, join(parent, 'link'))
    expect(await serverPlace({ folder: join(parent, 'link') })).toEqual(
      await serverPlace({ folder }),
    )
  })
})

describe('a home that others can tamper with', () => {
  async function refusal(home: string): Promise<unknown> {
    const project = await makeProject(home)
    return openEmbeddedServer(project).catch((error: unknown) => error)
  }

  it('is refused when it is a symbolic link', async () => {
    const home = join(parent, 'link')
    await symlink(parent, home)
    expect(await refusal(home)).toMatchObject({
      code: 'EMBEDDED_HOME_UNSAFE',
      message: `Cannot keep the embedded server in ${home}`,
      why: 'It is not a real folder.',
      fix: 'Remove it or take it over (chown, chmod go-w), or set DOWNPOUR_HOME to a folder of your own.',
    })
  })

  it('is refused when others may write to it', async () => {
    const home = join(parent, 'open')
    await mkdir(home)
    await chmod(home, 0o777)
    expect(await refusal(home)).toMatchObject({
      code: 'EMBEDDED_HOME_UNSAFE',
      why: 'Other users may write to it.',
    })
  })

  it.runIf(isRoot)('is refused when it belongs to somebody else (needs root)', async () => {
    const home = join(parent, 'foreign')
    await mkdir(home)
    await chown(home, 4242, 4242)
    expect(await refusal(home)).toMatchObject({
      code: 'EMBEDDED_HOME_UNSAFE',
      why: 'It belongs to the user with id 4242.',
    })
  })

  it.runIf(isRoot)("is refused when root's server cannot reach it (needs root)", async () => {
    await chmod(parent, 0o700)
    const home = join(parent, 'home')
    const user = await serverUser()
    expect(await refusal(home)).toMatchObject({
      code: 'EMBEDDED_HOME_UNUSABLE',
      message: `Cannot keep the embedded server in ${home}`,
      why: `The reason is: the user "${user?.name}" may not enter ${parent}.`,
    })
  })
})

describe('the user the server runs as', () => {
  it.runIf(isRoot && process.platform === 'linux')(
    'is an ordinary one when root starts it, also for a checkout only root may enter (needs root)',
    async () => {
      await mkdir(join(parent, 'checkout'), { mode: 0o700 })
      const folder = join(parent, 'checkout', 'shop')
      await mkdir(folder, { mode: 0o700 })
      const project = { folder, home: join(parent, 'home') }
      const server = await openEmbeddedServer(project)
      const pid = (await embeddedStatus(project)).running!.pid
      const status = await readFile(`/proc/${pid}/status`, 'utf8')
      const { uid, gid } = (await serverUser())!
      expect(status).toMatch(new RegExp(`^Uid:\t${uid}\t${uid}\t${uid}\t${uid}$`, 'm'))
      expect(status).toMatch(new RegExp(`^Gid:\t${gid}\t${gid}\t${gid}\t${gid}$`, 'm'))
      expect(status).toMatch(/^Groups:\s*$/m)
      expect((await stat(server.dataFolder)).uid).toBe(uid)
      await server.release()
    },
  )

  it.runIf(isRoot && canReachProject())(
    'is the calling one when that is an ordinary user (needs root, and a checkout others can read)',
    async () => {
      await chown(parent, ORDINARY_UID, ORDINARY_UID)
      await mkdir(join(parent, 'shop'))
      const project = { folder: join(parent, 'shop'), home: join(parent, 'home') }
      const holder = await startHolder(project, { uid: ORDINARY_UID })
      await withSql(holder.url, (sql) => sql`select 1`)
      const { running, folder, dataFolder } = await embeddedStatus(project)
      expect((await stat(`/proc/${running!.pid}`)).uid).toBe(ORDINARY_UID)
      for (const path of [dataFolder, join(folder, 'password')]) {
        const { uid, mode } = await stat(path)
        expect([uid, mode & 0o077]).toEqual([ORDINARY_UID, 0])
      }
      expect(await holder.release()).toEqual({ stopped: true })
    },
  )

  it('is looked up by name in the passwd file, and is never root', () => {
    const passwd =
      'root:x:0:0::/root:/bin/sh\npostgres:x:101:104::/:/bin/sh\nnobody:*:-2:-2::/:/x\n'
    expect(findUser(passwd, 'postgres')).toEqual({ name: 'postgres', uid: 101, gid: 104 })
    expect(findUser(passwd, 'nobody')).toEqual({
      name: 'nobody',
      uid: 4294967294,
      gid: 4294967294,
    })
    expect(findUser(passwd, 'post')).toBeUndefined()
    expect(findUser('postgres:x:0:0::/:/bin/sh', 'postgres')).toBeUndefined()
  })
})

function canReachProject(): boolean {
  if (!isRoot) return false
  const script = `require('node:fs').accessSync(${JSON.stringify(import.meta.filename)})`
  const { status } = spawnSync(process.execPath, ['-e', script], {
    cwd: '/',
    uid: ORDINARY_UID,
    gid: ORDINARY_UID,
  })
  return status === 0
}
