import type { NatsConnection } from '@nats-io/transport-node'
import { nextRun } from './next-run.js'
import { requireSchedules } from './requirement.js'
import { ScheduleNames } from './schedule-names.js'
import type { ScheduleRecord } from './schedule-record.js'
import { ScheduleStore } from './schedule-store.js'

/** A schedule as it is listed. */
export type ListedSchedule = Omit<ScheduleRecord, 'cancelled'> & {
  /** Time of its next firing, in milliseconds since 1970; null when that is not known. */
  next: number | null
}

/** Lists the schedules of a pipeline that will fire again, for somebody who is no node. @throws DaffiError DAFFI_SERVER_TOO_OLD */
export async function listSchedules(nc: NatsConnection, pipeline: string): Promise<ListedSchedule[]> {
  requireSchedules(nc.info?.version ?? '0')
  const store = new ScheduleStore(nc, new ScheduleNames(pipeline))
  return await Promise.all(
    (await store.active()).map(async ({ cancelled: _, ...record }) => {
      const { spec } = record
      const began = 'intervalMs' in spec ? await store.lastFired(record) : undefined
      return { ...record, next: await nextRun(spec, began) }
    }),
  )
}
