import { context } from 'daffi'
import type { Sighting } from './track.js'

const url = process.env['ALERT_URL'] ?? ''
const wanted = new RegExp(process.env['ALERT_ON'] ?? 'FRAGILE')

/** Sends a text that somebody waits for to ALERT_URL. Nothing is sent when that is not set. */
export default async function alert(sighting: Sighting): Promise<void> {
  if (url === '' || !wanted.test(sighting.text)) return
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(sighting),
    signal: AbortSignal.any([context().signal, AbortSignal.timeout(5000)]),
  })
  if (!response.ok) throw new Error(`the receiver of alerts answered ${response.status}`)
}
