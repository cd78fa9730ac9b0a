const ANSWER_MS = 10_000

/** Ids of the runs of a pipeline, by each of their nodes. */
export async function runsOf(nc, pipeline) {
  const runs = {}
  const replies = await nc.requestMany(`daffi.${pipeline}.status`, '{"what":"run","lines":null}', {
    strategy: 'stall',
    stall: 500,
    maxWait: ANSWER_MS,
  })
  for await (const reply of replies) {
    const { what, id, nodes } = reply.json()
    if (what === 'run') for (const name of Object.keys(nodes)) runs[name] = id
  }
  return runs
}

/** Looks whether the runs still take orders, and refuse what is none. */
export async function judgeRuns(nc, pipeline, runs) {
  const reasons = []
  const ask = async (run, text, expected) => {
    try {
      const { data } = await nc.request(`daffi.${pipeline}.control.${run}`, text, { timeout: ANSWER_MS })
      const answer = Buffer.from(data).toString()
      if (!expected.test(answer)) reasons.push(`a run said to ${text}: ${answer.slice(0, 1000)}`)
    } catch (error) {
      reasons.push(`a run said nothing to ${text}: ${error.message}`)
    }
  }
  for (const run of new Set(Object.values(runs))) {
    await ask(run, 'what?', /DAFFI_BAD_MESSAGE/)
    await ask(run, '{"order":"stop","nodes":["nobody"]}', /DAFFI_UNKNOWN_NODE/)
  }
  await ask(runs.spare, '{"order":"scale","nodes":{"spare":1}}', /^\{"nodes":\["spare"\]\}$/)
  await ask(runs.spare, '{"order":"start","nodes":["spare"]}', /^\{"nodes":\["spare"/)
  return reasons
}
