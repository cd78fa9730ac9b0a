import { fileArg, nameArg } from '../command/pipeline-file.js'

/** Arguments of a command about one durable job. */
export const jobArgs = {
  id: nameArg({ description: 'Id of the job, as jobs list shows it.', what: 'an id', required: true }),
  file: fileArg(),
}
