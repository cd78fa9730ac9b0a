import type { SourceContext } from '../contract/source-context.js'
import { count } from '../../core/text/count.js'

/** Makes the function that logs that a frame of a source was left out, since only some of its bytes came. */
export function cutShortLog({ name, log }: Pick<SourceContext, 'name' | 'log'>): (bytes: number) => void {
  return (bytes) => log.debug(`source ${name}: left out a frame of which only ${count(bytes, 'byte')} came`)
}
