// The room: which item is on the screen, its two panes, and what the chair presses.

import { Connection } from './connection.js'
import { Desk } from './desk.js'
import { EntryCard } from './entry.js'
import { Notes } from './notes.js'
import { Outbox } from './outbox.js'
import { Phrases } from './phrases.js'
import { presser } from './press.js'
import { Progress } from './progress.js'
import { Quick } from './quick.js'
import { KINDS, clone, part, titled, word } from './words.js'

const place = document.getElementById('room')
const byId = id => document.getElementById(id)
const me = place.dataset.person
const TOAST_MS = 8_000

const items = new Map() // id -> what the server says of it
const minutes = new Map() // id -> {entries: Map of cards, displaced: []}
let shown = null // the item on the screen
let begun // the item under way, undefined until the first list is heard

const token = byId('token').elements.csrfmiddlewaretoken.value
const connection = new Connection({
  paths: place.dataset,
  token,
  heard,
  changed: lineChanged
})
const outbox = new Outbox({
  key: `kasane.minutes.${place.dataset.sitting}.${me}`,
  send: operation => connection.send(operation),
  changed: entry => { cardOf(entry)?.renderState(); sayState() },
  saved: (entry, fields, revision) => cardOf(entry)?.saved(fields, revision),
  displaced: (entry, reason, text) => displaced(entry, reason, text),
  rejected: entry => cardOf(entry)?.renderState()
})
const post = presser(place, token)
const quick = new Quick(place)
const progress = new Progress({ place, items, shown: () => shown, post })
const notes = new Notes({ place, token, me, item: () => items.get(shown) })
new Phrases(() => shown).listen()
const desk = new Desk({ me, item: () => items.get(shown), post })

// What is heard

function heard (message) {
  switch (message.type) {
    case 'items': return takeItems(message.items)
    case 'snapshot': return takeSnapshot(message)
    case 'changes': return takeChanges(message)
    case 'gone': return forget(message.item)
    case 'ack': return outbox.acknowledged(message)
    case 'refused': return outbox.refused(message)
    case 'beat': return progress.tick(message.now)
  }
}

function takeItems (list) {
  const before = new Set(items.keys())
  items.clear()
  for (const item of list) {
    items.set(item.id, item)
    if (!before.has(item.id)) minutes.set(item.id, { entries: new Map(), displaced: [] })
  }
  for (const id of before) if (!items.has(id)) forget(id)
  choose()
  drawRound()
}

// All that is round the minutes: the bar, the items, who is here and who speaks.
function drawRound () {
  progress.render()
  desk.render()
  notes.render()
}

// Followers see the item they are in; whoever runs the room keeps the chosen one.
function choose () {
  const opened = [...items.values()].find(item => item.state === 'open')
  announce(opened)
  const present = items.get(shown)
  const kept = present && (place.dataset.convenes || present.state === 'open')
  show(kept ? shown : (opened ?? items.values().next().value)?.id ?? null)
}

// Read out once: not to who comes while it is under way, again when it is opened again.
function announce (opened) {
  const late = begun === undefined
  if (opened && opened.id !== begun && !late) {
    byId('said').textContent = word('opened', opened)
  }
  begun = opened?.id ?? null
}

function show (id) {
  const item = items.get(id)
  byId('waiting').hidden = Boolean(item)
  byId('panes').hidden = !item
  if (id === shown) { toggleWriting(item); return }
  if (shown) connection.leave(shown)
  if (!item && shown) byId('said').textContent = word('left')
  shown = id
  drawRound()
  toggleWriting(item)
  redraw()
  if (!item) return
  minutes.set(id, { entries: new Map(), displaced: [] })
  connection.follow(id)
}

function toggleWriting (item) {
  for (const element of document.querySelectorAll('[data-writing]')) {
    element.hidden = !item?.writes
  }
  byId('course-pane').hidden = Boolean(item?.outcome_only)
  const roster = item?.roster ?? []
  byId('speakers').replaceChildren(...roster.map(seat => new Option(nameOf(seat))))
  const names = new Set([...roster.map(seat => seat.agency), ...roster.map(nameOf)])
  byId('holders').replaceChildren(...[...names].map(name => new Option(name)))
  quick.show(item)
}

function nameOf (seat) { return `${seat.agency} ${seat.name}` }

// Whom of the roster a task's words name: a person, an agency, or nobody by id. A name
// without its agency is enough where one person alone bears it.
function holder (words) {
  const roster = items.get(shown)?.roster ?? []
  const person = roster.find(seat => nameOf(seat) === words)
  const agency = roster.find(seat => seat.agency === words)
  const bearers = roster.filter(seat => unspaced(seat.name) === unspaced(words))
  const bearer = bearers.length === 1 ? bearers[0] : null
  return person?.person ?? agency?.organization ?? bearer?.person ?? null
}

function unspaced (name) { return name.replaceAll(/\s/g, '') }

function takeSnapshot (message) {
  const known = minutes.get(message.item)
  if (!known) return
  const present = new Set(message.entries.map(entry => entry.id))
  for (const [id, card] of known.entries) {
    const newer = outbox.draft(id) || card.data.revision > message.revision
    if (!present.has(id) && !newer) drop(message.item, id)
  }
  known.displaced = message.displaced.map(({ text }) => text)
  takeEntries(message.item, message.entries)
  restore(message.item)
  drawDisplaced()
}

function takeEntries (id, entries) {
  const known = minutes.get(id)
  if (!known) return
  for (const data of entries) {
    const card = known.entries.get(data.id)
    if (data.deleted) drop(id, data.id)
    else if (card) card.update(data)
    else known.entries.set(data.id, makeCard(id, data))
  }
  if (id === shown) redraw()
}

// What comes with its words at once was written by a form: what is left to do may change.
function takeChanges ({ item, entries }) {
  const known = minutes.get(item)?.entries
  const formed = entries.some(({ id, text }) => text && !known?.has(id))
  takeEntries(item, entries)
  if (formed && item === shown) quick.touched()
}

// Words typed before a reload that the server does not have yet.
function restore (id) {
  const known = minutes.get(id)
  for (const [entry, draft] of outbox.drafts) {
    if (draft.item !== id || known.entries.has(entry)) continue
    const fields = { ...draft.sent?.fields, ...draft.fields }
    if (!fields.kind) continue // deleted meanwhile: the server keeps the words for me
    known.entries.set(entry, makeCard(id, blank(entry, fields.kind)))
  }
  redraw()
  outbox.repeat()
}

function makeCard (item, data) {
  return new EntryCard(data, items.get(item)?.writes ?? false, {
    outbox, connection, me, item, act, holder, take: card => act(card, 'take'), remove
  })
}

function blank (id, kind) {
  return { id, kind, revision: 0, order: Number.MAX_SAFE_INTEGER, speaker: '', source: '', text: '' }
}

function drop (item, entry) {
  const card = minutes.get(item)?.entries.get(entry)
  card?.element.remove()
  minutes.get(item)?.entries.delete(entry)
  drawEmpty()
}

function forget (id) {
  items.delete(id)
  minutes.delete(id)
  if (id === shown) choose()
}

function cardOf (entry) {
  return minutes.get(shown)?.entries.get(entry)
}

// What is drawn: cards move only where the order changed, so no field loses its focus.

function redraw () {
  const cards = [...(minutes.get(shown)?.entries.values() ?? [])]
  cards.sort((a, b) => a.data.order - b.data.order)
  draw(byId('course'), cards.filter(card => !KINDS.get(card.data.kind).outcome))
  draw(byId('outcome-entries'), cards.filter(card => KINDS.get(card.data.kind).outcome))
  drawDisplaced()
  drawEmpty()
}

// What was decided, large and not to be written in: for reading it out.
function readBack () {
  const item = items.get(shown)
  const decided = [...(minutes.get(shown)?.entries.values() ?? [])]
    .map(card => card.data)
    .filter(data => KINDS.get(data.kind).outcome && data.text)
    .sort((a, b) => a.order - b.order)
  byId('read-back-item').textContent = item ? `${word('item', item)} ${titled(item)}` : ''
  byId('read-back-empty').hidden = decided.length > 0
  byId('read-back-entries').replaceChildren(...decided.map(data => {
    return new EntryCard({ ...data, writer: null }, false, {}).element
  }))
}

function draw (list, cards) {
  const wanted = cards.map(card => card.element)
  for (const child of [...list.children]) if (!wanted.includes(child)) child.remove()
  wanted.forEach((element, index) => {
    const there = list.children[index]
    if (there === element) return
    if (element.contains(document.activeElement)) {
      while (list.children[index] !== element) list.append(list.children[index])
    } else {
      list.insertBefore(element, there ?? null)
    }
  })
}

function drawEmpty () {
  for (const hint of document.querySelectorAll('[data-empty]')) {
    hint.hidden = byId(hint.dataset.empty).childElementCount > 0
  }
}

function drawDisplaced () {
  const texts = minutes.get(shown)?.displaced ?? []
  byId('displaced').hidden = texts.length === 0
  byId('displaced-texts').replaceChildren(...texts.map(text => {
    const card = clone('entry-displaced')
    part(card, 'text').textContent = text
    card.querySelector('[data-act="add"]').addEventListener('click', () => {
      add('discussion', { text })
    })
    return card
  }))
}

function displaced (entry, reason, text) {
  const card = cardOf(entry)
  if (text) minutes.get(shown)?.displaced.push(text)
  if (card) {
    card.notice = word(reason)
    card.field('text')?.blur()
    card.render()
  }
  drawDisplaced()
  byId('displaced').open = Boolean(text)
}

// What is pressed

function add (kind, fields = {}) {
  if (!items.get(shown)?.writes) return
  if (!KINDS.get(kind).outcome && desk.speaker) fields = { speaker: desk.speaker, ...fields }
  const id = crypto.randomUUID()
  outbox.edit(id, shown, 0, { kind, ...fields }, 'create')
  const card = makeCard(shown, blank(id, kind))
  minutes.get(shown).entries.set(id, card)
  redraw()
  card.focus()
  if (connection.ready) outbox.flush(id)
}

// Acts without words of their own: not kept for later, simply pressed again.
function act (card, name) {
  connection.send({
    id: crypto.randomUUID(), item: shown, entry: card.id, act: name, base: card.data.revision, fields: {}
  })
}

function remove (card) {
  outbox.forget(card.id)
  act(card, 'delete')
  byId('toast-words').textContent = word('deleted')
  byId('toast').hidden = false
  byId('toast-act').onclick = () => { act(card, 'restore'); byId('toast').hidden = true }
  setTimeout(() => { byId('toast').hidden = true }, TOAST_MS)
}

document.addEventListener('click', event => {
  const kind = event.target.closest('[data-add]')?.dataset.add
  if (kind) add(kind)
  const item = event.target.closest('[data-item]')?.dataset.item
  if (item) { event.preventDefault(); show(item) }
  if (event.target.closest('[data-dialog="read-back"]')) readBack()
})

document.addEventListener('keydown', event => {
  if (event.isComposing || event.keyCode === 229 || !event.altKey) return
  const button = document.querySelector(`:is([data-add], [data-quick])[aria-keyshortcuts="Alt+${event.key}"]`)
  if (button && !button.parentElement.hidden) { event.preventDefault(); button.click() }
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
  if (step) { event.preventDefault(); walk(step) }
})

function walk (step) {
  const fields = [...document.querySelectorAll('.entry__input')]
  const here = fields.findIndex(field => field.closest('.entry').contains(document.activeElement))
  fields[here + step]?.focus()
}

// The line and the state of saving

function lineChanged (state) {
  if (state === 'ended') {
    items.clear()
    minutes.clear()
    show(null)
    byId('waiting').hidden = true
    byId('ended').hidden = false
  }
  if (connection.ready) outbox.repeat()
  for (const card of minutes.get(shown)?.entries.values() ?? []) card.renderState()
  sayState()
}

function sayState () {
  const place = byId('now-state')
  const { state } = connection
  const waiting = outbox.stuck ? 'unsaved' : 'saving'
  const name = !connection.ready ? 'offline' : outbox.empty ? 'saved' : waiting
  place.dataset.state = name
  if (!connection.ready) place.textContent = word(state === 'connecting' ? 'connecting' : 'offline')
  else if (!outbox.empty) place.textContent = word(name)
  else if (state === 'polling') place.textContent = word('polling')
  else place.textContent = word(items.get(shown)?.writes ? 'all-saved' : 'connected')
}

// Somebody else has signed in at this computer: what is typed here is not theirs to send.
new BroadcastChannel('kasane-idle').addEventListener('message', ({ data }) => {
  if (data.person !== me) connection.end()
})

addEventListener('beforeunload', event => { if (!outbox.empty) event.preventDefault() })

// Signing out leaves nothing behind in this browser.
document.addEventListener('submit', event => {
  if (event.target.closest('.person')) sessionStorage.removeItem(outbox.key)
})
