import type { WaitingWork } from '../../call/index.js'
import type { PipelineState } from '../board/board.js'

/** The state of a pipeline, and the work that the server keeps for it; undefined where the server does not say. */
export type Observed = Omit<PipelineState, 'server' | 'time'> & { work: WaitingWork | undefined }
