import { BG, BROADCAST, STREAM, type Global } from 'daffi'
import { expect, test } from 'vitest'
import { connect } from '../../support/connect.js'
import { startDaffi, type RunningDaffi } from '../../support/daffi.js'
import { temporaryFixture } from '../../support/temporary.js'

type Chain = typeof import('../../fixtures/scenarios/callbacks/chain.js')

interface Callbacks extends Chain {
  process_stream: (value: number) => void
  stored: () => number[]
  greet: (value: string) => string
  count: (n: number) => Generator<number>
}

type Nine = Global<Callbacks>

const NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const
const NODES = NUMBERS.map((number) => `node${number}`)

const range = (count: number): number[] => Array.from({ length: count }, (_, value) => value)

test('nine nodes: a stream, a broadcast, a chain of calls, calls to each, and callbacks that yield', async () => {
  const cwd = await temporaryFixture('scenarios')
  const up = startDaffi(['up', 'nine.yaml'], { cwd })
  await Promise.all(NODES.map((name) => up.waitForLine(new RegExp(`^${name} .*ready`))))
  const g = await connect<Callbacks>(cwd, { pipeline: 'nine' })
  await everyNodeGetsTheStream(g)
  await allAnswerTheBroadcast(g)
  await theChainReachesAll(g)
  await theRightNodeAnswers(g)
  await fiveYieldInOrder(g, up)
})

async function everyNodeGetsTheStream(g: Nine): Promise<void> {
  const summary = await g.call.process_stream(range(10_000)).with(STREAM)
  expect(summary).toMatchObject({ items: 10_000, delivery: 'lossless', error: null })
  expect(Object.keys(summary.receivers).sort()).toEqual(NODES)
  for (const name of NODES) {
    expect(summary.receivers[name]).toMatchObject({ state: 'finished', offered: 10_000, processed: 10_000 })
    expect(await g.call.stored().to(name)).toEqual(range(10_000))
  }
}

async function allAnswerTheBroadcast(g: Nine): Promise<void> {
  expect(await g.call.greet('hello').with(BROADCAST)).toEqual(
    Object.fromEntries(NODES.map((name) => [name, `${name}.hello`])),
  )
}

async function theChainReachesAll(g: Nine): Promise<void> {
  expect(await g.call.cb1({ nodes: [], length: 9, how: 'FG' })).toEqual(NODES)
  const job = await g.call.cb1({ nodes: [], length: 9, how: 'BG' }).with(BG)
  expect(await job.get({ timeout: '30s' })).toEqual(NODES)
}

async function theRightNodeAnswers(g: Nine): Promise<void> {
  const calls = range(2500).map(async (call) => {
    const number = NUMBERS[Math.floor(Math.random() * 9)] ?? 1
    const answer = await g.call[`cb${number}`]({ nodes: [`call ${call}`], length: 2, how: 'FG' })
    expect(answer).toEqual([`call ${call}`, `node${number}`])
  })
  await Promise.all(calls)
}

async function fiveYieldInOrder(g: Nine, up: RunningDaffi): Promise<void> {
  const five = NODES.slice(0, 5)
  const counted = five.map(async (name) => {
    const values: number[] = []
    for await (const value of g.call.count(1000).to(name)) values.push(value)
    expect(values).toEqual(range(1000))
    for await (const value of g.call.count(Infinity).to(name)) if (value === 10) break
    await up.waitForLine(new RegExp(`^${name} .*stopped counting`))
  })
  await Promise.all(counted)
}
