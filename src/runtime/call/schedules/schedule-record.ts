import {
  isBoolean,
  isMap,
  isMeasure,
  isName,
  isText,
  listOf,
  mapOf,
  orAbsent,
  orNull,
  type Check,
} from '../../core/message/forms.js'
import { parseJson } from '../../core/message/parse-json.js'
import type { ScheduleSpec } from '../../core/plan/plan.js'

/** A schedule, as it is kept on the server. */
export interface ScheduleRecord {
  uuid: string
  callback: string
  /** The only node that may run it; null when any node that offers the callback may. */
  to: string | null
  /** Name of the node that made it. */
  from: string
  spec: ScheduleSpec
  cancelled: boolean
}

const isSpec: Check = (value) => {
  if (!isMap(value)) return false
  const { intervalMs, at, cron, timeZone } = value
  if (at !== undefined) return listOf(isMeasure)(at)
  return intervalMs === undefined ? isText(cron) && orAbsent(isText)(timeZone) : isMeasure(intervalMs)
}

const isRecord = mapOf<ScheduleRecord>({
  uuid: isName,
  callback: isName,
  to: orNull(isName),
  from: isName,
  spec: isSpec,
  cancelled: isBoolean,
})

/** Reads the record of a schedule; undefined when it is none, or that of another one. */
export function parseSchedule(json: Uint8Array, uuid: string): ScheduleRecord | undefined {
  const record = parseJson(json)
  return isRecord(record) && record.uuid === uuid ? record : undefined
}

export function hasEnded({ spec, cancelled }: ScheduleRecord): boolean {
  return cancelled || ('at' in spec && (spec.at.at(-1) ?? 0) <= Date.now())
}
