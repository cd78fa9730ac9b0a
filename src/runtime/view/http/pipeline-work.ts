import type { ShownLetterView, WorkView } from '../board/work.js'

/**
 * Work that the server keeps for a pipeline, as the page looks at it and gives orders about it. What does it is that which is behind the
 * commands `daffi jobs`, `schedule` and `dead`.
 */
export interface PipelineWork {
  look: () => Promise<WorkView>
  /** @throws DaffiError DAFFI_NO_DEAD_LETTER */
  letter: (id: number) => Promise<ShownLetterView>
  /** Cancels a job that waits or runs. @throws DaffiError DAFFI_UNKNOWN_JOB */
  cancelJob: (id: string) => Promise<void>
  /** @throws DaffiError DAFFI_UNKNOWN_SCHEDULE */
  cancelSchedule: (id: string) => Promise<void>
  /** @throws DaffiError DAFFI_NO_DEAD_LETTER, and what it has failed with again */
  replayLetter: (id: number) => Promise<void>
  /** @throws DaffiError DAFFI_NO_DEAD_LETTER */
  dropLetter: (id: number) => Promise<void>
}
