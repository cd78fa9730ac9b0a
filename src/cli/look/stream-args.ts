import { nameArg } from '../command/pipeline-file.js'
import { runsFileArg } from '../command/runs-command.js'

/** Arguments of a command that looks into one stream of a pipeline. */
export const streamArgs = {
  stream: nameArg({
    description: 'Name of the stream: its source or callback, as daffi rate lists it.',
    required: true,
  }),
  file: runsFileArg,
}
