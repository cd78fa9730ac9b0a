export { BaseCommand, type ServerFlags } from './base-command.js'
export { coloursFor, wantsColour, type Colours } from './colours.js'
export { durationFlag, fileFlag, namesFlag } from './flags.js'
