import Database from 'libsql'
import type { Sighting } from './track.js'

/** Keeps what was read in a database. */
export default class Store {
  readonly #database = new Database(process.env['READINGS_DB'] ?? 'readings.db')
  readonly #insert

  constructor() {
    this.#database.exec(`CREATE TABLE IF NOT EXISTS readings (
      source TEXT NOT NULL, time REAL NOT NULL, item INTEGER NOT NULL, text TEXT NOT NULL, score REAL NOT NULL,
      PRIMARY KEY (source, time, text)
    ) WITHOUT ROWID`)
    // What comes a second time, after a crash, is there already.
    this.#insert = this.#database.prepare('INSERT OR IGNORE INTO readings VALUES (?, ?, ?, ?, ?)')
  }

  store({ source, time, item, text, score }: Sighting): void {
    this.#insert.run(source, time, item, text, score)
  }

  close(): void {
    this.#database.close()
  }
}
