import * as Args from '@oclif/core/args'
import { fileArg } from '../command/pipeline-file.js'

/** Arguments of a command about one durable job. */
export const jobArgs = {
  id: Args.string({ description: 'Id of the job, as jobs list shows it.', required: true }),
  file: fileArg(),
}
