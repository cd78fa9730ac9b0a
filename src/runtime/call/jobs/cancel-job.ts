import { subjects } from '../wire/subjects.js'
import type { JobAccess } from './job-access.js'

/**
 * Takes a waiting job out of the queue, or has the callback's signal of a running one aborted.
 * @returns what the job was until then
 */
export async function cancelJob(
  { nc, store, pipeline }: Omit<JobAccess, 'names'>,
  id: string,
): Promise<'waiting' | 'running' | 'over'> {
  const was = await store.cancel(id)
  if (was === 'running') nc.publish(subjects.cancel(pipeline), id)
  await nc.flush()
  return was
}
