// The table of a release: whole columns and lines at once, and how much is given; and the
// clock of a round that can still be undone. Without script buttons do the former on the
// server, and the page says the time at which the round begins.

const form = document.querySelector("[data-give]");

function cells(key) {
  const all = [...form.querySelectorAll("select[data-person]")];
  return all.filter(({ dataset }) => dataset.paper === key || dataset.person === key);
}

function setAll(chooser, key) {
  const wanted = chooser.value === "nothing" ? "" : chooser.value;
  for (const cell of cells(key)) {
    if ([...cell.options].some((option) => option.value === wanted)) cell.value = wanted;
  }
  chooser.value = "";
}

function count() {
  const given = [...form.querySelectorAll("select[data-person]")].filter(
    (cell) => cell.value,
  );
  const words = form.querySelector("[data-give-count]");
  words.hidden = given.length === 0;
  words.textContent = words.dataset.words
    .replace("{people}", new Set(given.map((cell) => cell.dataset.person)).size)
    .replace("{papers}", given.length);
}

if (form) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-give-all] button");
    if (!button) return;
    event.preventDefault();
    const box = button.parentElement;
    const chooser = box.querySelector("select");
    if (chooser.value) setAll(chooser, box.dataset.giveAll);
    count();
  });
  form.addEventListener("change", count);
  count();
}

const clock = document.querySelector("[data-opens-in]");

if (clock) {
  const begins = Date.now() + Number(clock.dataset.opensIn) * 1000;
  const words = clock.querySelector("[data-clock]");
  const tick = () => {
    const left = Math.max(0, Math.ceil((begins - Date.now()) / 1000));
    const seconds = String(left % 60).padStart(2, "0");
    words.textContent = `${Math.floor(left / 60)}:${seconds}`;
    if (left > 0) return;
    clearInterval(timer);
    setTimeout(() => location.reload(), 1500);
  };
  const timer = setInterval(tick, 1000);
  clock.hidden = false;
  tick();
}
