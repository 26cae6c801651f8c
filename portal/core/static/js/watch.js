// A page that shows a case asks every second whether it still may, and
// leaves when it may not: the membership ended, the sign-in ended, a paper was recalled.
// The element with data-watch names the address to ask.

const EVERY_MS = 1000
const place = document.querySelector('[data-watch]')

async function ask () {
  try {
    const answer = await fetch(place.dataset.watch, { redirect: 'manual', cache: 'no-store' })
    if (answer.status === 204) return
    // 5xx says nothing about rights: the page stays, every further byte is decided anyway.
    if (answer.status < 500) leave()
  } catch {
    // No line to the portal: nothing new can be shown, asking goes on.
  }
}

function leave () {
  document.body.replaceChildren()
  location.replace(location.href)
}

if (place) {
  setInterval(() => { if (!document.hidden) ask() }, EVERY_MS)
  document.addEventListener('visibilitychange', () => { if (!document.hidden) ask() })
  // A page taken back from the browser's memory is asked about before it is read.
  addEventListener('pageshow', event => { if (event.persisted) ask() })
}
