import type { JobView, LetterView, ScheduleView, ShownLetterView } from '../../board/work.js'
import { element, setText } from '../dom/elements.js'
import { formatTimes } from '../dom/format.js'
import type { KeyedElement } from '../dom/keyed-list.js'
import { request } from '../token.js'
import { formatMoment } from './moment.js'
import { OrderButton } from './order-button.js'

const TONES = { waiting: '', running: 'busy', done: 'good', failed: 'bad', cancelled: '' } as const

/** Parts that every row has: its name, facts, what was wrong, and buttons. */
function parts(chip?: HTMLElement) {
  const name = element('strong')
  const facts = element('span', 'quiet facts')
  const why = element('p', 'why')
  const refusal = element('span', 'why')
  refusal.setAttribute('role', 'status')
  const orders = element('p', 'acts', refusal)
  const root = element('li', '', ...(chip ? [chip] : []), name, facts, orders, why)
  return { root, name, facts, why, refusal, orders }
}

/** Makes the row of a job. @param onChange is called after an order */
export function makeJob(onChange: () => void): KeyedElement<JobView> {
  const state = element('span', 'chip')
  const { root, name, facts, why, refusal, orders } = parts(state)
  const cancel = new OrderButton({ about: 'jobs', order: 'cancel', onDone: told(refusal, onChange) })
  orders.prepend(cancel.root)
  return {
    root,
    update: (job) => {
      setText(state, job.state)
      state.dataset.tone = TONES[job.state]
      setText(name, job.id)
      const isOver = job.state !== 'waiting' && job.state !== 'running'
      setText(facts, listed([placed(job.callback, job.node), timeOf(job), job.attempts]))
      setText(why, job.error ?? '')
      cancel.show(job.id, !isOver)
    },
  }
}

function timeOf({ time, state, isDue }: JobView): string {
  if (time === null) return ''
  if (isDue) return `due ${formatMoment(time)}`
  return `${state === 'waiting' || state === 'running' ? 'since ' : ''}${formatMoment(time)}`
}

/** Makes the row of a schedule. */
export function makeSchedule(onChange: () => void): KeyedElement<ScheduleView> {
  const { root, name, facts, refusal, orders } = parts()
  const cancel = new OrderButton({ about: 'schedules', order: 'cancel', onDone: told(refusal, onChange) })
  orders.prepend(cancel.root)
  return {
    root,
    update: ({ id, callback, to, from, when, next }) => {
      setText(name, placed(callback, to))
      setText(facts, listed([when, next === null ? '' : `next ${formatMoment(next)}`, `made by ${from}`]))
      facts.title = id
      cancel.show(id)
    },
  }
}

/** Makes the row of a dead letter, which shows its item, or arguments, when asked to. */
export function makeLetter(onChange: () => void): KeyedElement<LetterView> {
  const { root, name, facts, why, refusal, orders } = parts()
  const onDone = told(refusal, onChange)
  const replay = new OrderButton({ about: 'letters', order: 'replay', onDone })
  const drop = new OrderButton({ about: 'letters', order: 'drop', onDone })
  const value = element('pre', '')
  const details = element('details', '', element('summary', '', 'what it was given'), value)
  orders.prepend(replay.root, drop.root)
  root.append(details)
  let id = 0
  details.addEventListener('toggle', () => {
    if (details.open) void readLetter(id).then((text) => setText(value, text))
  })
  return {
    root,
    update: (letter) => {
      id = letter.id
      setText(name, `${letter.id} · ${letter.what}`)
      const target = `to ${placed(letter.call, letter.node)}`
      setText(facts, listed([target, formatMoment(letter.time), formatTimes(letter.attempts, 'attempt')]))
      setText(why, letter.error)
      replay.show(String(id))
      drop.show(String(id))
    },
  }
}

async function readLetter(id: number): Promise<string> {
  try {
    const response = await request(`letters/${id}`, AbortSignal.timeout(10_000))
    const answer = (await response.json()) as ShownLetterView | { error: { message: string } }
    return 'value' in answer ? answer.value : answer.error.message
  } catch {
    return 'the viewer does not answer'
  }
}

const told = (refusal: HTMLElement, onChange: () => void) => (text: string) => {
  setText(refusal, text)
  onChange()
}

const placed = (callback: string, node: string | null): string =>
  node === null ? callback : `${callback} on ${node}`

const listed = (texts: string[]): string => texts.filter((text) => text !== '').join(' · ')
