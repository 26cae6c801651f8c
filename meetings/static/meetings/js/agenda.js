// Order and time of a draft agenda: drag or arrow keys, and the clock runs along.
// Nothing is kept until the form is sent; without script its buttons do the same.

const list = document.querySelector('[data-arrange]')
const words = document.querySelector('#arrange [data-part="left"]')
const part = (place, name) => place.querySelector(`[data-part="${name}"]`)
const fill = (text, value) => text.replace(/\{\w+\}/, value)
const EDGE = 80 // this close to the edge of the window, dragging scrolls
const items = () => [...list.children]
const minutesOf = item => Number(item.querySelector('input[type="number"]').value) || 0

function clockOf (minutes) {
  const inDay = minutes % (24 * 60)
  return `${Math.floor(inDay / 60)}:${String(inDay % 60).padStart(2, '0')}`
}

// Numbers, times, what is left over, and which way each item can still go.
function render () {
  const [hours, minutes] = list.dataset.start.split(':').map(Number)
  const start = hours * 60 + minutes
  let now = start + Number(list.dataset.before)
  const all = items()
  all.forEach((item, place) => {
    const end = now + minutesOf(item)
    part(item, 'times').textContent = `${clockOf(now)}–${clockOf(end)}`
    part(item, 'number').textContent = fill(words.dataset.number, place + 1)
    item.querySelector('[name="up"]').hidden = place === 0
    item.querySelector('[name="down"]').hidden = place === all.length - 1
    now = end
  })
  for (const line of document.querySelectorAll('[data-frame="after"] > li')) {
    part(line, 'times').textContent = clockOf(now)
    now += Number(line.dataset.minutes)
  }
  sayWhatIsLeft(Number(list.dataset.length) - (now - start))
}

function sayWhatIsLeft (left) {
  const { over, under, even } = words.dataset
  const said = left < 0 ? fill(over, -left) : left > 0 ? fill(under, left) : even
  if (words.textContent !== said) words.textContent = said
  words.classList.toggle('is-over', left < 0)
}

// What has changed stays in sight until it is saved.
function show () {
  render()
  words.closest('.agenda-save').classList.add('is-unsaved')
}

// A changed order is unsaved input like any other: the page asks before it is lost.
function changed (item) {
  show()
  item.querySelector('[name="order"]').dispatchEvent(new Event('input', { bubbles: true }))
}

// The others go round the item: so it keeps the focus and the pointer.
function pass (item, forward) {
  const other = forward ? item.nextElementSibling : item.previousElementSibling
  if (!other) return
  if (forward) item.before(other)
  else item.after(other)
  changed(item)
}

function step (item, forward) {
  pass(item, forward)
  words.textContent = fill(words.dataset.moved, items().indexOf(item) + 1)
}

const middle = item => {
  const box = item.getBoundingClientRect()
  return box.top + box.height / 2
}

function follow (item, y) {
  if (y < EDGE) scrollBy(0, -EDGE / 4)
  if (y > innerHeight - EDGE) scrollBy(0, EDGE / 4)
  while (item.previousElementSibling && y < middle(item.previousElementSibling)) pass(item, false)
  while (item.nextElementSibling && y > middle(item.nextElementSibling)) pass(item, true)
}

function enhance (item) {
  const handle = item.querySelector('.agenda__handle')
  handle.hidden = false
  handle.addEventListener('keydown', event => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
    event.preventDefault()
    step(item, event.key === 'ArrowDown')
  })
  handle.addEventListener('pointerdown', event => {
    event.preventDefault()
    handle.focus()
    handle.setPointerCapture(event.pointerId)
    item.classList.add('is-moving')
  })
  handle.addEventListener('pointermove', event => {
    if (item.classList.contains('is-moving')) follow(item, event.clientY)
  })
  handle.addEventListener('lostpointercapture', () => item.classList.remove('is-moving'))
  for (const [name, forward] of [['up', false], ['down', true]]) {
    const button = item.querySelector(`[name="${name}"]`)
    button.addEventListener('click', event => {
      event.preventDefault()
      step(item, forward)
      if (!button.hidden) button.focus()
      else handle.focus()
    })
  }
}

if (list && words) {
  items().forEach(enhance)
  list.addEventListener('input', event => { if (event.isTrusted) show() })
}
