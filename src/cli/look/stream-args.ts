import { Args } from '@oclif/core'
import { fileArg } from '../command/pipeline-file.js'

/** Arguments of a command that looks into one stream of a pipeline. */
export const streamArgs = {
  stream: Args.string({
    description: 'Name of the stream: its source or callback, as daffi rate lists it.',
    required: true,
    ignoreStdin: true,
  }),
  file: fileArg(),
}
