import { execFile, spawnSync } from 'node:child_process'
import { chmod, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { strategyNames } from '../../src/write/strategy.ts'
import { downpour } from '../support/command.ts'
import { runFolder } from '../support/database.ts'

const main = join(import.meta.dirname, '../../src/cli/main.ts')
const repository = join(import.meta.dirname, '../..')
let folder: string

/** A folder with a `downpour` to be found on PATH, and the scripts. */
beforeAll(async () => {
  folder = await mkdtemp(join(runFolder(), 'completion-'))
  const command = join(folder, 'downpour')
  await writeFile(
    command,
    `#!/bin/sh\ncd '${repository}' && exec '${process.execPath}' --import tsx '${main}' "$@"\n`,
  )
  await chmod(command, 0o755)
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout, stderr, exitCode } = await downpour(['completion', shell], { cwd: folder })
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    await writeFile(join(folder, shell), stdout)
  }
})

const missing = (shell: string) => spawnSync(shell, ['-c', 'true']).error !== undefined

describe('completion scripts', () => {
  it.for(['bash', 'zsh', 'fish'])('%s accepts its own', (shell, { skip }) => {
    skip(missing(shell), `${shell} is not installed`)
    const { stderr, status } = spawnSync(shell, ['-n', join(folder, shell)], { encoding: 'utf8' })
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  })
})

describe('completing in bash', () => {
  async function complete(...words: string[]): Promise<string[]> {
    const script = `. ./bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _downpour
printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout } = await promisify(execFile)('bash', ['-c', script, 'bash', ...words], {
      cwd: folder,
      env: { ...process.env, PATH: `${folder}:${process.env['PATH']}`, SHELL: '/usr/bin/fish' },
    })
    return stdout.trimEnd().split('\n')
  }

  it('gives commands', async () => {
    expect(await complete('downpour', '')).toEqual([
      'seed',
      'plan',
      'status',
      'rejects',
      'verify',
      'undo',
      'restore',
      'reset',
      'migrate',
      'init',
      'preview',
      'export',
      'bench',
      'db',
      'completion',
    ])
    expect(await complete('downpour', 'db', 's')).toEqual(['start', 'stop', 'status'])
  })

  it('gives options and what they take', async () => {
    expect(await complete('downpour', 'seed', '--s')).toEqual([
      '--seed',
      '--scale',
      '--strategy',
      '--show-values',
    ])
    expect(await complete('downpour', 'seed', '--strategy', '')).toEqual(['auto', ...strategyNames])
  })
})
