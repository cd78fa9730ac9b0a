export { BaseCommand, type GlobalFlags } from './command/base-command.js'
export { readArguments, readItems } from './command/call-arguments.js'
export { addressFlag, durationFlag, logFlags, namesFlag, portRange } from './command/flags.js'
export { withPort } from './viewer/optional-port.js'
export {
  fileArg,
  fileFlag,
  filesArg,
  longFileFlag,
  nameArg,
  namedFile,
  namedPipeline,
  namedPipelines,
  pipelineFlags,
  pipelinesFlags,
} from './command/pipeline-file.js'
export { readLetterId } from './command/letter-id.js'
export { readNumbers } from './command/node-numbers.js'
export { nodesArg, OrderCommand, type OrderResult } from './command/order-command.js'
export { RunCommand } from './command/run-command.js'
export { RunsCommand, runsFileArg } from './command/runs-command.js'
export { viewerFlags, viewerReach } from './viewer/viewer-flags.js'
export { VisitCommand } from './command/visit-command.js'
export { projectNames } from './completion/project-names.js'
export { completionScript, SHELLS } from './completion/script.js'
export { suggest, type Suggestion } from './completion/suggest.js'
export type { BinaryFinding } from './doctor/binary-finding.js'
export { diagnose, type Diagnosis } from './doctor/diagnose.js'
export type { ServerFinding } from './doctor/server-finding.js'
export { graphOf, type PipelineGraph } from './graph/flows.js'
export { graphMermaid } from './graph/mermaid.js'
export { graphText } from './graph/text.js'
export { askFor, confirmAdditions } from './init/ask.js'
export {
  nameFor,
  prepareProject,
  STARTERS,
  writeProject,
  type NewProject,
  type ProjectFiles,
} from './init/new-project.js'
export { clockTime } from './look/clock-time.js'
export { cutLines } from './look/cut-lines.js'
export { flowLines, flowTables } from './look/flow-tables.js'
export { FullScreen } from './look/full-screen.js'
export { itemLine, itemRecord } from './look/item-lines.js'
export { LookCommand } from './look/look-command.js'
export { nodeTable } from './look/node-table.js'
export { streamArgs } from './look/stream-args.js'
export { PictureFolder, pictureType, writePicture } from './look/picture-files.js'
export { coloursFor, noColours, wantsColour, type Colours } from './show/colours.js'
export { faultText } from './show/errors/fault-text.js'
export { FetchBar } from './show/fetch-bar.js'
export { jobArgs } from './jobs/job-args.js'
export { jobsTable, shownLines } from './jobs/job-lines.js'
export { letterLines, shownLetterLines } from './jobs/letter-lines.js'
export { Output, stderr, stdout } from './show/output.js'
export { printPageUrl } from './viewer/page-url.js'
export { renderError } from './show/errors/render-error.js'
export { reportFailure } from './show/errors/report-failure.js'
export { LogPrinter, readSince } from './runs/log-printer.js'
export { runFlag, runsMeant, severalRuns } from './runs/choose-runs.js'
export { runLines } from './runs/run-lines.js'
export { Screen } from './show/screen.js'
export { showAccount, showError } from './show/show-result.js'
export { summaryLines } from './show/summary-lines.js'
export { age } from './show/units.js'
export { shownPath, testLines } from './test-results/test-lines.js'
export { writeJunit } from './test-results/junit.js'
export { TestView } from './test-results/test-view.js'
