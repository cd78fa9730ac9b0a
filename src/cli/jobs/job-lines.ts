import { count } from '../../runtime/core/text/count.js'
import type { JobSummary, ShownJob } from '../../runtime/index.js'
import { plainJson } from '../../runtime/core/text/plain-text.js'
import type { Colours } from '../show/colours.js'
import { factLines } from './fact-lines.js'
import { isoTime } from '../../runtime/core/text/iso-time.js'

/** Characters of arguments and values that are shown; `--json` has all of them. */
const MAX_JSON = 500

/** Lines about a job in a list: one, and for one with failed attempts another with the latest error. */
export function jobLines(job: JobSummary, { bold, dim, red, green, yellow }: Colours): string[] {
  const { id, state, callback, to, node, failures } = job
  const paint = { waiting: yellow, running: bold, done: green, failed: red, cancelled: dim }[state]
  const where = state === 'waiting' ? to : node
  const target = where === null ? callback : `${callback} on ${where}`
  const line = `${bold(id)}  ${paint(state)}  ${target}  ${dim(timeOf(job))}${attemptsOf(job)}`
  const last = failures.at(-1)
  return last && state !== 'done' ? [line, `   ${red(last.code)} ${last.message}`] : [line]
}

/** All that is told of one job. */
export function shownLines(job: ShownJob, colours: Colours): string[] {
  const { dim, red } = colours
  const facts: Parameters<typeof factLines>[0] = [
    ['from', job.from ?? undefined],
    ['sent', at(job.sent)],
    ['due', at(job.due)],
    ['began', at(job.began)],
    ['ended', at(job.ended)],
    ['letter', job.letter === null ? undefined : `${job.letter} (dead show ${job.letter})`],
    ['arguments', 'args' in job ? short(job.args) : undefined],
    ['value', 'value' in job ? short(job.value) : undefined],
  ]
  return [
    jobLines({ ...job, failures: [] }, colours)[0] ?? '',
    ...factLines(facts, colours),
    ...job.failures.map(
      ({ time, node, code, message }) => `   ${dim(at(time) ?? '')} on ${node}: ${red(code)} ${message}`,
    ),
  ]
}

const at = (time: number | null): string | undefined => (time === null ? undefined : isoTime(time))

function timeOf({ state, sent, began, ended, due }: JobSummary): string {
  if (state === 'waiting') return due === null ? `since ${at(sent) ?? ''}` : `due ${at(due) ?? ''}`
  return state === 'running' ? `since ${at(began) ?? ''}` : (at(ended) ?? '')
}

function attemptsOf({ state, attempts, left }: JobSummary): string {
  const all = attempts + left
  if (attempts === 0 || all === 1) return ''
  if (state === 'running') return `  attempt ${attempts} of ${all}`
  return state === 'waiting' ? `  after attempt ${attempts} of ${all}` : `  ${count(attempts, 'attempt')}`
}

function short(value: unknown): string {
  const text = plainJson(value)
  return text.length > MAX_JSON ? `${text.slice(0, MAX_JSON)}…` : text
}
