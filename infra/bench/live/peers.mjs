// Starts a live editor to compare with: peers.mjs hocuspocus|y-websocket PORT DATA-FOLDER
//
// Both keep what they are told in a database, as somebody would run them.

import { createRequire } from 'node:module'
import path from 'node:path'

const require = createRequire(path.join(process.env.KASANE_BENCH_PEERS, 'noop.js'))
const [peer, port, data] = process.argv.slice(2)

if (peer === 'hocuspocus') {
  const { Server } = require('@hocuspocus/server')
  const { SQLite } = require('@hocuspocus/extension-sqlite')
  const database = path.join(data, 'hocuspocus.sqlite')
  const extensions = [new SQLite({ database })]
  new Server({ port: Number(port), address: '127.0.0.1', quiet: true, extensions }).listen()
} else {
  Object.assign(process.env, { PORT: port, HOST: '127.0.0.1', YPERSISTENCE: path.join(data, 'level') })
  await import(path.join(process.env.KASANE_BENCH_PEERS, 'node_modules/@y/websocket-server/src/server.js'))
}
