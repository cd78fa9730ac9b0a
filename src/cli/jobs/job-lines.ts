import type { JobSummary, ShownJob } from '../../runtime/index.js'
import { jobAttempts } from '../../runtime/core/message/job-attempts.js'
import { plainJson } from '../../runtime/core/text/plain-text.js'
import type { Colours } from '../show/colours.js'
import { age } from '../show/units.js'
import { tableLines, type Cell } from '../show/table.js'
import { factLines } from './fact-lines.js'
import { isoTime } from '../../runtime/core/text/iso-time.js'

/** Characters of arguments and values that are shown; `--json` has all of them. */
const MAX_JSON = 500

/** Jobs as a table; below one with failed attempts that is not done stands the latest error. */
export function jobsTable(jobs: readonly JobSummary[], colours: Colours, now = Date.now()): string[] {
  if (jobs.length === 0) return []
  const head = ['JOB', 'STATE', 'CALLBACK', 'TIME'].map((text): Cell => [text])
  const [first = '', ...rows] = tableLines([head, ...jobs.map((job) => cells(job, agoOf(job, now), colours))])
  return [first, ...jobs.flatMap((job, index) => [rows[index] ?? '', ...lastError(job, colours)])]
}

function cells(job: JobSummary, time: string, { bold, dim, red, green, yellow }: Colours): Cell[] {
  const { id, state, callback, to, node } = job
  const paint = { waiting: yellow, running: bold, done: green, failed: red, cancelled: dim }[state]
  const where = state === 'waiting' ? to : node
  const target = where === null ? callback : `${callback} on ${where}`
  return [[id, bold], [state, paint], [target], [time, dim], [jobAttempts(job)]]
}

function lastError({ state, failures }: JobSummary, { red }: Colours): string[] {
  const last = failures.at(-1)
  return last && state !== 'done' ? [`  ${red(last.code)} ${last.message}`] : []
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
    ...tableLines([cells(job, timeOf(job), colours)]),
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

/** The same as a span, which is as wide as a table has room for. */
function agoOf({ state, sent, began, ended, due }: JobSummary, now: number): string {
  if (state === 'waiting') {
    const since = due ?? sent ?? now
    return since > now ? `due in ${age(since - now)}` : `for ${age(now - since)}`
  }
  return state === 'running' ? `for ${age(now - (began ?? now))}` : `${age(now - (ended ?? now))} ago`
}

function short(value: unknown): string {
  const text = plainJson(value)
  return text.length > MAX_JSON ? `${text.slice(0, MAX_JSON)}…` : text
}
