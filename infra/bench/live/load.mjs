// Types into live editors and listens: load.mjs PLAN.json, the result as JSON on standard output.
//
// One process and one clock for writers and followers. A change counts from the moment it is
// typed, whether or not the line is free, to the moment the last follower has it.

import { createRequire } from 'node:module'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ROOMS, TEXT } from './wires.mjs'

const require = createRequire(path.join(process.env.KASANE_BENCH_PEERS, 'noop.js'))
const WebSocket = require('ws')

const plan = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const JOIN_MS = 30_000
const LAST_CHANGE_MS = 10_000

class Seat {
  constructor (room, seat) {
    Object.assign(this, { room, seat, had: [], at: [], size: 0 })
  }

  // Open the socket; resolves with the milliseconds until it holds all that there is.
  join () {
    const { url, cookie } = this.seat
    const begun = performance.now()
    const headers = cookie ? { Cookie: cookie } : {}
    this.socket = new WebSocket(url, { headers, origin: plan.origin, perMessageDeflate: false })
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${url} was not joined`)), JOIN_MS)
      this.socket.on('open', () => this.send(this.room.opening()))
      this.socket.on('error', reject)
      this.socket.on('close', code => { if (!this.leaving) reject(new Error(`${url} closed with ${code}`)) })
      this.socket.on('message', frame => {
        const { mark, joined, size, send } = this.room.read(frame)
        if (mark !== undefined) { this.had.push(mark); this.at.push(performance.now()) }
        if (send) this.send(send)
        if (joined && size >= plan.least_bytes) { clearTimeout(late); resolve(performance.now() - begun) }
      })
    })
  }

  send (frames) {
    for (const frame of frames) this.socket.send(frame)
  }

  // When this socket had everything up to the mark; undefined if never.
  when (mark) {
    return this.at[this.had.findIndex(had => had >= mark)]
  }

  leave () {
    this.leaving = true
    this.socket.close()
  }
}

class Meeting {
  constructor (seats, offset) {
    this.room = new ROOMS[plan.wire](seats)
    this.seats = seats.seats.map(seat => new Seat(this.room, seat))
    Object.assign(this, { offset, typedAt: [] })
  }

  async type () {
    const begin = performance.now() + this.offset
    for (let number = 0; number < plan.warm_up + plan.changes; number++) {
      const due = begin + number * plan.every_ms
      const wait = due - performance.now()
      if (wait > 0) await pause(wait)
      this.typedAt.push(due)
      this.seats[0].send(this.room.change())
    }
    const end = performance.now() + LAST_CHANGE_MS
    while (performance.now() < end && !this.complete()) await pause(50)
  }

  complete () {
    const last = this.room.marks[this.typedAt.length - 1]
    return last !== undefined && this.seats.slice(1).every(seat => seat.had.at(-1) >= last)
  }

  // Milliseconds of each measured change; one that never came ends the measurement.
  waits () {
    return this.typedAt.slice(plan.warm_up).map((typed, place) => {
      const mark = this.room.marks[place + plan.warm_up]
      const arrivals = this.seats.slice(1).map(seat => seat.when(mark))
      if (mark === undefined || arrivals.includes(undefined)) throw new Error(`change ${place} did not arrive`)
      return Math.max(...arrivals) - typed
    })
  }
}

// Memory in bytes and processor seconds of what is measured: whoever started this load has
// started the servers too, and waits.
function used () {
  const sum = { cpu: 0, rss: 0 }
  for (const pid of descendants(process.ppid)) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    sum.cpu += (Number(fields[11]) + Number(fields[12])) / 100
    sum.rss += Number(fields[21]) * 4096
  }
  return sum
}

function descendants (pid) {
  if (pid === process.pid) return []
  const threads = readdirSync(`/proc/${pid}/task`)
  const children = threads.flatMap(thread => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' '))
  return [pid, ...children.filter(Boolean).flatMap(child => descendants(Number(child)))]
}

async function type () {
  const meetings = plan.rooms.map((seats, place) => new Meeting(seats, place * plan.every_ms / plan.rooms.length))
  const empty = used()
  for (const seat of meetings.flatMap(meeting => meeting.seats)) await seat.join()
  const sockets = meetings.flatMap(meeting => meeting.seats).length
  const joined = used()
  await pause(1000)
  const before = used()
  await Promise.all(meetings.map(meeting => meeting.type()))
  const after = used()
  for (const seat of meetings.flatMap(meeting => meeting.seats)) seat.leave()
  const changes = meetings.length * (plan.warm_up + plan.changes)
  return {
    waits: meetings.flatMap(meeting => meeting.waits()),
    socket_kb: (joined.rss - empty.rss) / sockets / 1000,
    change_cpu_ms: (after.cpu - before.cpu) / changes * 1000
  }
}

async function join () {
  const [seats] = plan.rooms
  const meeting = new Meeting(seats, 0)
  const [first, ...others] = meeting.seats
  if (plan.seed) await seed(first)
  const every = plan.within_ms / others.length
  const begin = performance.now()
  const joined = others.map(async (seat, place) => {
    await pause(begin + place * every - performance.now())
    return seat.join()
  })
  const waits = await Promise.all(joined)
  for (const seat of meeting.seats) if (seat.socket) seat.leave()
  return { waits }
}

// Fill the document before anybody comes.
async function seed (seat) {
  const least = plan.least_bytes
  plan.least_bytes = 0
  await seat.join()
  for (let letters = 0; letters < plan.seed; letters += TEXT.length) seat.send(seat.room.fill())
  plan.least_bytes = least
  await pause(5000) // the server takes it in, and stores after a delay of its own
}

const result = await { type, join }[plan.scenario]()
process.stdout.write(JSON.stringify(result))
process.exit(0)
