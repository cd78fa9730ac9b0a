import { DaffiError } from '../../core/errors.js'
import { NODE_ORDERS, sendOrder, type NodeOrderKind } from '../../runs/index.js'
import type { NatsLink } from '../../stream/index.js'
import type { StatusPoller } from '../board/status-poller.js'
import type { PipelineWork } from './pipeline-work.js'

/** Number of a dead letter. */
const LETTER = /^[1-9]\d{0,14}$/

interface OrdersOptions {
  link: NatsLink
  pipeline: string
  poller: StatusPoller
  work: PipelineWork
}

/** Gives an order about something, by its name. */
type Give = (name: string) => Promise<void>

/** Carries out the orders of the page: to nodes, each in the run that has it, and about the work that the server keeps. */
export class Orders {
  readonly #options: OrdersOptions
  readonly #all: ReadonlyMap<string, Give>

  constructor(options: OrdersOptions) {
    const { work } = options
    this.#options = options
    const ofNodes = NODE_ORDERS.map((order): [string, Give] => [
      `nodes ${order}`,
      (name) => this.#order(order, name),
    ])
    this.#all = new Map([
      ...ofNodes,
      ['jobs cancel', work.cancelJob],
      ['schedules cancel', work.cancelSchedule],
      ['letters replay', async (id) => work.replayLetter(letterId(id))],
      ['letters drop', async (id) => work.dropLetter(letterId(id))],
    ])
  }

  /** Finds an order, by what it is about. */
  find(about: string, order: string): Give | undefined {
    return this.#all.get(`${about} ${order}`)
  }

  /**
   * Gives an order to a node; it is carried out from now on.
   * @throws DaffiError DAFFI_UNKNOWN_NODE, DAFFI_NO_RUN, and what the run refuses the order with
   */
  async #order(order: NodeOrderKind, name: string): Promise<void> {
    const { link, pipeline, poller } = this.#options
    const node = (await poller.poll()).nodes.find((each) => each.name === name)
    if (!node) throw new DaffiError('DAFFI_UNKNOWN_NODE', `there is no node ${name}`)
    if (node.run === null)
      throw new DaffiError('DAFFI_NO_RUN', `no command runs ${name} that takes orders`, {
        next: 'Start it with daffi up.',
      })
    await sendOrder(link.nc, pipeline, node.run, { order, nodes: [name] })
  }
}

/** Reads the id of a dead letter. @throws DaffiError DAFFI_NO_DEAD_LETTER for what is none */
export function letterId(text: string): number {
  if (LETTER.test(text)) return Number(text)
  throw new DaffiError('DAFFI_NO_DEAD_LETTER', `there is no dead letter ${JSON.stringify(text.slice(0, 32))}`)
}
