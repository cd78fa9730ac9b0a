import { join } from 'node:path'
import type { LoadModule } from '../../callback/index.js'
import { DaffiError } from '../../core/errors.js'
import type { Resumable } from '../../core/stream/resumable.js'
import type { Logger } from '../../core/logger.js'
import type { SourceEvent } from '../../source/index.js'
import type { NodeSetup } from '../ipc/node-setup.js'

/** Opens a source of the pipeline file by its name, and returns its items. */
export type OpenSource = (
  name: string,
  onEvent: (event: SourceEvent) => void,
) => AsyncIterable<unknown> & Resumable

interface SourceContext {
  /** Ends the sources. */
  signal: AbortSignal
  log: Logger
  load: LoadModule
}

/** The sources of a node. */
interface Sources {
  open: OpenSource
  /** Resolves when the sources that were closed before their end are done with it, or have had enough time. */
  closed: () => Promise<void>
}

/** Prepares the sources of a node. The code for sources is loaded only in a node that has some. */
export async function openSources(
  { sources, record, isStage, project }: Pick<NodeSetup, 'sources' | 'record' | 'isStage' | 'project'>,
  context: SourceContext,
): Promise<Sources> {
  const room = Object.keys(sources).length === 0 ? undefined : await import('../../source/index.js')
  const closing = new Set<Promise<void>>()
  const onClosing = (closed: Promise<void>): void => {
    closing.add(closed)
    void closed.then(() => closing.delete(closed))
  }
  const open: OpenSource = (name, onEvent) => {
    const plan = sources[name]
    if (!room || !plan) throw new DaffiError('DAFFI_INTERNAL', `the plan of this node has no source ${name}`)
    const items = room.openSource(plan, { name, project, isStage, ...context, onEvent, onClosing })
    const { log } = context
    return record === undefined ? items : room.recordItems(items, { name, folder: join(record, name), log })
  }
  const closed = async (): Promise<void> => {
    await Promise.all(closing)
  }
  return { open, closed }
}
