// The display on the wall. The server sends it the outcome of the open item alone.

import { Connection } from './connection.js'
import { EntryCard } from './entry.js'
import { titled, word } from './words.js'

const place = document.getElementById('wall')
const byId = id => document.getElementById(id)

const cards = new Map() // of the item on the wall
let shown = null

const connection = new Connection({ paths: place.dataset, token: '', heard, changed: sayState })

function heard (message) {
  switch (message.type) {
    case 'items': return show(message.items[0])
    case 'snapshot': cards.clear(); return take(message)
    case 'changes': return take(message)
    case 'gone': return message.item === shown ? show(undefined) : undefined
  }
}

function show (item) {
  if (shown && shown !== item?.id) connection.leave(shown)
  if (shown !== item?.id) { cards.clear(); draw() }
  shown = item?.id ?? null
  byId('waiting').hidden = Boolean(item)
  byId('outcome').hidden = !item
  if (!item) return
  byId('item-title').textContent = titled(item)
  connection.follow(item.id)
}

function take (message) {
  if (message.item !== shown) return
  for (const data of message.entries) {
    if (data.revision < cards.get(data.id)?.data.revision) continue // a late answer
    if (data.deleted) cards.delete(data.id)
    else cards.set(data.id, new EntryCard(data, false, {}))
  }
  draw()
}

function draw () {
  const written = [...cards.values()].filter(card => card.data.text)
  written.sort((a, b) => a.data.order - b.data.order)
  byId('outcome-entries').replaceChildren(...written.map(card => card.element))
  byId('empty').hidden = written.length > 0
}

function sayState (state) {
  const place = byId('now-state')
  place.dataset.state = connection.ready ? 'saved' : 'offline'
  place.textContent = word({ open: 'connected', polling: 'polling', connecting: 'connecting' }[state] ?? 'offline')
  if (state === 'ended') show(undefined)
}
