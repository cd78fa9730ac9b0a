import type { WorkView as Work } from '../../board/work.js'
import { setText, within } from '../dom/elements.js'
import { formatCount } from '../dom/format.js'
import { KeyedList, type KeyedElement } from '../dom/keyed-list.js'
import { request } from '../token.js'
import { makeJob, makeLetter, makeSchedule } from './rows.js'

/** Time between two requests. */
const PAUSE_MS = 3000
/** Longest wait for an answer. */
const PATIENCE_MS = 30_000

/** Lists of the jobs, schedules and dead letters that the server keeps; each is hidden while it is empty. */
export class WorkView {
  readonly #root: HTMLElement
  readonly #jobs: Part<Work['jobs'][number]>
  readonly #schedules: Part<Work['schedules'][number]>
  readonly #letters: Part<Work['letters'][number]>
  #isAsking = false
  #next = 0

  constructor(root: HTMLElement) {
    this.#root = root
    const onChange = (): void => {
      this.#next = 0
      this.show()
    }
    this.#jobs = new Part(root, '.jobs', () => makeJob(onChange))
    this.#schedules = new Part(root, '.schedules', () => makeSchedule(onChange))
    this.#letters = new Part(root, '.letters', () => makeLetter(onChange))
  }

  /** Asks for the work again after a while. It is called for as long as the page is seen, and the viewer answers. */
  show(): void {
    if (this.#isAsking || performance.now() < this.#next) return
    this.#isAsking = true
    void this.#ask().finally(() => {
      this.#isAsking = false
      this.#next = performance.now() + PAUSE_MS
    })
  }

  async #ask(): Promise<void> {
    // While the server does not tell, what it told last stays.
    const response = await request('work', AbortSignal.timeout(PATIENCE_MS)).catch(() => undefined)
    if (!response?.ok) return
    const work = (await response.json()) as Work
    const { jobs, schedules, letters, droppedLetters: dropped } = work
    this.#jobs.show(jobs, ({ id }) => id, more(work.moreJobs))
    this.#schedules.show(schedules, ({ id }) => id, more(work.moreSchedules))
    const lost = dropped > 0 ? `${formatCount(dropped)} older ones were dropped because of the limits` : ''
    const rest = [more(work.moreLetters), lost].filter((text) => text !== '').join('; ')
    this.#letters.show(letters, ({ id }) => String(id), rest)
    this.#root.hidden = [jobs, schedules, letters].every(({ length }) => length === 0) && dropped === 0
  }
}

const more = (count: number): string => (count > 0 ? `and ${formatCount(count)} more` : '')

/** One of the lists. */
class Part<T> {
  readonly #root: HTMLElement
  readonly #more: HTMLElement
  readonly #list: KeyedList<T>

  constructor(root: HTMLElement, selector: string, make: () => KeyedElement<T>) {
    this.#root = within(root, selector, HTMLElement)
    this.#more = within(this.#root, '.more', HTMLElement)
    this.#list = new KeyedList(within(this.#root, 'ul', HTMLElement), make)
  }

  /** @param rest what is told of those that are not in the list */
  show(items: readonly T[], keyOf: (item: T) => string, rest: string): void {
    this.#root.hidden = items.length === 0 && rest === ''
    setText(this.#more, rest)
    this.#list.show(items, keyOf)
  }
}
