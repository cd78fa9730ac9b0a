import type { ConsumerConfig, JetStreamManager } from '@nats-io/jetstream'
import { isApiError } from '../../nats/index.js'

/** Creates a durable consumer, or gives the existing one this configuration. */
export async function ensureConsumer(
  jsm: JetStreamManager,
  stream: string,
  config: Partial<ConsumerConfig> & { durable_name: string },
): Promise<void> {
  try {
    await jsm.consumers.add(stream, config)
  } catch (error) {
    if (!isApiError(error, 'consumerExists')) throw error
    await jsm.consumers.update(stream, config.durable_name, config)
  }
}
