import type { Snapshot } from '../../board/snapshot.js'
import { element, setText, within } from '../dom/elements.js'
import { KeyedList, type KeyedElement } from '../dom/keyed-list.js'
import { troublesOf, type Trouble } from './troubles.js'

/** List of what is not as it should be, above everything else; hidden while all is well. */
export class TroubleView {
  readonly #root: HTMLElement
  readonly #list: KeyedList<Trouble>

  constructor(root: HTMLElement) {
    this.#root = root
    this.#list = new KeyedList(within(root, 'ul', HTMLElement), makeTrouble)
  }

  show(snapshot: Snapshot): void {
    const troubles = troublesOf(snapshot)
    this.#root.hidden = troubles.length === 0
    this.#list.show(troubles, ({ what }) => `${what} ${troubles.findIndex((each) => each.what === what)}`)
  }
}

function makeTrouble(): KeyedElement<Trouble> {
  const what = element('strong')
  const state = element('span', 'chip')
  const why = element('span', 'why')
  const root = element('li', '', state, what, why)
  return {
    root,
    update: (trouble) => {
      setText(what, trouble.what)
      setText(state, trouble.state)
      state.dataset.tone = trouble.tone
      setText(why, trouble.why)
    },
  }
}
