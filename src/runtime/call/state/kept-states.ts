import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream'
import { Kvm, type KV } from '@nats-io/kv'
import type { NatsConnection } from '@nats-io/transport-node'
import { decode, toPlain } from '../../codec/index.js'
import { isApiError } from '../../nats/index.js'
import { bucketName } from './state-bucket.js'
import { decodeState } from './state-record.js'

/** State of a callback as the server keeps it. */
export interface KeptState {
  /** Name of the state: the callback, and a node or a key of a stream. */
  name: string
  callback: string
  /** The node whose state it is; null for that of a key. */
  node: string | null
  /** Time when it was saved, in milliseconds since 1970. */
  saved: number
  bytes: number
  /** Its values as JSON can carry them; null when what is kept is no state. */
  values: Record<string, unknown> | null
}

const ANY = '>'

/** The kept states of a pipeline, for somebody who has none of them in use. */
export class KeptStates {
  private constructor(
    private readonly jsm: JetStreamManager,
    private readonly bucket: KV,
    private readonly pipeline: string,
  ) {}

  /** Undefined when the pipeline has never kept one. Creates nothing. */
  static async open(nc: NatsConnection, pipeline: string): Promise<KeptStates | undefined> {
    const jsm = await jetstreamManager(nc, { checkAPI: false })
    try {
      await jsm.streams.info(`KV_${bucketName(pipeline)}`)
    } catch (error) {
      if (isApiError(error, 'streamNotFound')) return undefined
      throw error
    }
    return new KeptStates(jsm, await new Kvm(nc).open(bucketName(pipeline)), pipeline)
  }

  /** Reads the states, the ones that were saved first at the beginning. */
  async *read(): AsyncGenerator<KeptState, void, undefined> {
    for await (const { key: name, operation, value, created, length } of await this.bucket.history()) {
      if (operation !== 'PUT') continue
      const [callback = '', kind, node = ''] = name.split('.')
      const record = decodeState(value)
      const values = record && [...record.values].map(([each, bytes]) => [each, toPlain(decode(bytes))])
      yield {
        name,
        callback,
        node: kind === 'node' ? node : null,
        saved: created.getTime(),
        bytes: length,
        values: values ? (Object.fromEntries(values) as Record<string, unknown>) : null,
      }
    }
  }

  /** Removes one state, those of a callback, or all. */
  async remove(choice: { name: string } | { callback: string } | 'all'): Promise<void> {
    const keys = choice === 'all' ? ANY : 'name' in choice ? choice.name : `${choice.callback}.${ANY}`
    const bucket = bucketName(this.pipeline)
    await this.jsm.streams.purge(`KV_${bucket}`, { filter: `$KV.${bucket}.${keys}` })
  }
}
