import { context } from 'daffi'
import type { Box } from '../sources/arguments.js'

export function process_tuple([width, height, label]: [number, number, string]): void {
  context().log.info(`tuple ${label}: ${width} by ${height}`)
}

export function process_object({ width, height, label }: Box): void {
  context().log.info(`object ${label}: ${width} by ${height}`)
}
