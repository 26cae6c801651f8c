// Asks now and then whether the pages are ready, and then shows them. HEAD decides as
// opening would and puts nothing on record; the page itself is opened once.

const EVERY_MS = 1500;
const place = document.querySelector("[data-waiting]");

async function ask() {
  if (document.hidden) return;
  try {
    const answer = await fetch(place.dataset.waiting, {
      method: "HEAD",
      cache: "no-store",
      redirect: "manual",
    });
    asked += 1;
    // Every now and then the page itself: it may say by now that nothing came of it.
    if (answer.ok || asked % 10 === 0) location.reload();
  } catch {
    // No line to the portal: asked again.
  }
}

let asked = 0;
setInterval(ask, EVERY_MS);
