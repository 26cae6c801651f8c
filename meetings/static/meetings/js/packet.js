// Says that a packet is being made, until its file arrives. The answer sets a cookie
// with the key that was sent along; a download tells a page nothing else.

const LOOK_EVERY = 400;
const GIVE_UP = 10 * 60_000;

const wait = document.querySelector("[data-packet-wait]");

function arrived(key) {
  return document.cookie.split("; ").includes(`packet=${key}`);
}

function show(part) {
  wait.hidden = false;
  for (const words of wait.children) words.hidden = words.dataset.part !== part;
}

function watch(key, done) {
  const begun = Date.now();
  show("working");
  const timer = setInterval(() => {
    const ready = arrived(key);
    if (!ready && Date.now() - begun < GIVE_UP) return;
    clearInterval(timer);
    show(ready ? "done" : "none");
    if (ready) done();
  }, LOOK_EVERY);
}

for (const link of document.querySelectorAll("a[data-packet]")) {
  link.addEventListener("click", () => {
    const key = Date.now().toString(36);
    const address = new URL(link.href);
    address.searchParams.set("key", key);
    link.href = address.href;
    watch(key, () => {});
  });
}

// The list below has new lines, and the form needs a new key.
const form = document.querySelector("form[data-packet]");
form?.addEventListener("submit", () => {
  watch(form.elements.key.value, () => window.location.replace(window.location.pathname));
});
