import { DownpourError } from '../errors.ts'
import type { Part } from '../export/folder.ts'

/**
 * Reads which part of an export this machine writes: `2/4`, or `job/4` in a pod of a Kubernetes
 * Indexed Job, which has its index, counted from 0, in `JOB_COMPLETION_INDEX`.
 *
 * @param text - of `--chunk`; the whole export when left out
 * @throws DownpourError `USAGE_CHUNK`
 * @example
 * readPart('job/4', { JOB_COMPLETION_INDEX: '1' }) // { number: 2, of: 4 }
 */
export function readPart(text: string | undefined, environment: NodeJS.ProcessEnv): Part {
  if (text === undefined) return { number: 1, of: 1 }
  const [, which, count] = /^(\d{1,9}|job)\/(\d{1,9})$/.exec(text) ?? []
  const of = Number(count)
  if (which === 'job' && of >= 1) return partOfJob(text, of, environment)
  const number = Number(which)
  if (number >= 1 && number <= of) return { number, of }
  throw chunkError(text, {
    why: 'It takes a part and the number of parts, counted from 1.',
    fix: 'Write it as --chunk 1/4, and --chunk 4/4 for the last of them; in the pods of a Kubernetes Indexed Job as --chunk job/4.',
  })
}

const indexVariable = 'JOB_COMPLETION_INDEX'

function partOfJob(text: string, of: number, environment: NodeJS.ProcessEnv): Part {
  const index = environment[indexVariable]
  if (!index) {
    throw chunkError(text, {
      why: `${indexVariable} is not set; Kubernetes sets it in the pods of an Indexed Job.`,
      fix: `Give the Job completionMode: Indexed; elsewhere name the part, as in --chunk 1/${of}.`,
    })
  }
  if (!/^\d{1,9}$/.test(index)) {
    throw chunkError(text, {
      why: `${indexVariable} is "${index}", and not a whole number.`,
      fix: 'Leave it as Kubernetes sets it in the pods of an Indexed Job: counted from 0.',
    })
  }
  const number = Number(index) + 1
  if (number <= of) return { number, of }
  throw chunkError(text, {
    why: `${indexVariable} is ${index}, counted from 0: there are no ${number} parts.`,
    fix: `Give the Job as many completions as there are parts: completions: ${of}.`,
  })
}

function chunkError(text: string, told: { readonly why: string; readonly fix: string }) {
  return new DownpourError({ code: 'USAGE_CHUNK', message: `--chunk cannot be "${text}"`, ...told })
}
