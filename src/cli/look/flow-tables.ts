import { MIB } from '../../runtime/core/bytes.js'
import { plainLine } from '../../runtime/core/text/plain-text.js'
import type { StageLook, StreamView } from '../../runtime/index.js'
import type { Colours } from '../show/colours.js'
import { formatCount } from '../show/units.js'
import { tableLines, type Cell } from '../show/table.js'
import { receiversWithSums, stagesWithSums } from './with-sums.js'

/** Flow of items at one moment. */
export interface Flow {
  streams: readonly StreamView[]
  stages: readonly StageLook[]
}

interface Look {
  colours: Colours
  /** Characters in a line; undefined for no limit. */
  width?: number | undefined
}

/** Tables of streams, with a line for each receiver, and of stages. */
export function flowTables({ streams, stages }: Flow, { colours, width }: Look): string[] {
  const { dim, red, yellow } = colours
  const head = (...texts: string[]): Cell[] => texts.map((text) => [text, dim])
  const heading = head(
    'STREAM',
    'ITEMS/S',
    'MIB/S',
    'RECEIVER',
    'ITEMS/S',
    'LAG',
    'DROPPED',
    'FAILED',
    'LOST',
    'P50',
    'P99',
  )
  const rows = streams.flatMap((stream) => {
    const own: Cell[] = [[plainLine(stream.name)], [stream.rate.toFixed(1)], [mibs(stream)]]
    const receivers = receiversWithSums(stream.receivers).map(
      ({ name, state, rate, lag, dropped, failed, lost, latencyMs }): Cell[] => [
        state === 'attached' ? [plainLine(name)] : [`${plainLine(name)} ${state}`, yellow],
        [rate.toFixed(1)],
        [formatCount(lag)],
        [formatCount(dropped)],
        [formatCount(failed), failed > 0 ? red : undefined],
        [formatCount(lost), lost > 0 ? red : undefined],
        [latencyMs ? latencyMs.p50.toFixed(1) : '-'],
        [latencyMs ? `${latencyMs.p99.toFixed(1)} ms` : '-'],
      ],
    )
    const [first = [], ...others] = receivers
    return [[...own, ...first], ...others.map((cells): Cell[] => [[''], [''], [''], ...cells])]
  })
  const all = tableLines([heading, ...rows], { width, right: [1, 2, 4, 5, 6, 7, 8, 9, 10] })
  if (streams.length === 0) all.push('no stream at present')
  if (stages.length === 0) return all
  const stageRows = stagesWithSums(stages).map(
    ({ node, callback, inRate, outRate, filtered, failed }): Cell[] => [
      [plainLine(`${node}.${callback}`)],
      [inRate.toFixed(1)],
      [outRate.toFixed(1)],
      [formatCount(filtered)],
      [formatCount(failed), failed > 0 ? red : undefined],
    ],
  )
  const stageHead = head('STAGE', 'IN/S', 'OUT/S', 'FILTERED', 'FAILED')
  return [...all, '', ...tableLines([stageHead, ...stageRows], { width, right: [1, 2, 3, 4] })]
}

/** A line for each stream and each stage, as they stand in a log. */
export function flowLines({ streams, stages }: Flow): string[] {
  const ofStreams = streams.map((stream) => {
    const receivers = receiversWithSums(stream.receivers).map(
      ({ name, state, rate, lag, dropped, failed, lost }) =>
        `${name}${state === 'attached' ? '' : ` ${state}`} ${rate.toFixed(1)}/s lag ${lag} dropped ${dropped} failed ${failed} lost ${lost}`,
    )
    return [`${stream.name} ${stream.rate.toFixed(1)}/s ${mibs(stream)} MiB/s`, ...receivers].join(' | ')
  })
  const ofStages = stagesWithSums(stages).map(
    ({ node, callback, inRate, outRate, filtered, failed }) =>
      `stage ${node}.${callback} in ${inRate.toFixed(1)}/s out ${outRate.toFixed(1)}/s filtered ${filtered} failed ${failed}`,
  )
  return [...ofStreams, ...ofStages]
}

function mibs({ byteRate }: StreamView): string {
  return (byteRate / MIB).toFixed(1)
}
