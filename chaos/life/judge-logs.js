import { CRASHER, PIPELINE } from './project.js'

/** Records of the log about a process, for each way in which it was made to crash. */
const CAUSES = {
  SIGKILL: /^restarting .*was killed by SIGKILL/,
  throw: /^restarting .*made to crash/,
  exit: /^restarting .*ended with exit code 3/,
  reject: /^restarting .*made to reject/,
}

/** A receiver is away for a second, and so is the server; a job whose node has died is given to another within seconds. */
const MAX_SILENCE_MS = 20_000

/**
 * Compares what was done to a run with what its log and `daffi ps` tell.
 * @returns counts of both, and what is wrong
 */
export async function judgeLogs(run, breaks) {
  const reasons = []
  const records = (name) =>
    run
      .read(`.daffi/logs/${PIPELINE}/${name}.jsonl`)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  const told = (name, pattern) => records(name).filter(({ text }) => pattern.test(text)).length
  const crashes = run.read('crashes').split('\n').filter(Boolean)
  const counts = {}
  const compare = (what, done, logged) => {
    counts[what] = `${done}, in the log ${logged}`
    if (done !== logged) reasons.push(`${what}: ${counts[what]}`)
  }
  for (const [way, pattern] of Object.entries(CAUSES)) {
    const done = crashes.filter((line) => line.endsWith(` ${way}`)).length
    compare(`crashes of a node by ${way}`, done, told(CRASHER, pattern))
  }
  const causes = Object.values(CAUSES)
  const others = records(CRASHER).filter(
    ({ text }) => text.startsWith('restarting ') && !causes.some((pattern) => pattern.test(text)),
  )
  counts['restarts of that node for other causes'] = others.length
  for (const { time, text } of others) reasons.push(`${CRASHER} at ${time}: ${text}`)
  compare('cameras killed', breaks.cameras, told('eye', /^warn: .*it is started again in/))
  compare('cameras back', breaks.cameras, told('eye', /is back after/))
  compare('servers killed', breaks.servers, told('+run', /nats-server died and is restarted: .*SIGKILL/))
  counts.scrapes = `${breaks.scrapes}, of them bad ${JSON.stringify(breaks.badScrapes)}`
  counts['calls that were refused'] = JSON.stringify(
    countEach(run.read('refused').split('\n').filter(Boolean)),
  )
  for (const [name, ms] of Object.entries(breaks.silences)) {
    counts[`longest time without ${name}, s`] = (ms / 1000).toFixed(1)
    if (ms > MAX_SILENCE_MS) reasons.push(`${name} was not called for ${(ms / 1000).toFixed(1)} s`)
  }
  const { runs, ended } = JSON.parse(await run.command(['ps', '--json']))
  if (runs.length !== 1 || ended.length > 0) reasons.push(`runs: ${JSON.stringify({ runs, ended })}`)
  for (const { name, state, restarts, lastEnd } of runs.flatMap(({ nodes }) => nodes)) {
    if (state !== 'ready') reasons.push(`${name} is ${state}`)
    if (name === CRASHER) compare('restarts by daffi ps', restarts, told(CRASHER, /^restarting /))
    else if (restarts > 0) reasons.push(`${name} was restarted: ${JSON.stringify(lastEnd)}`)
  }
  return { counts, reasons }
}

function countEach(list) {
  return Object.fromEntries(
    [...new Set(list)].map((each) => [each, list.filter((other) => other === each).length]),
  )
}
