// Narrows the list of people while one types, and counts who is chosen; a role
// chooses its person. Without script the whole list is there; a hidden line is still
// sent with the form.

const box = document.querySelector("[data-people-filter]");
const input = box?.querySelector("input");
const count = box?.querySelector("[data-people-count]");
const rows = [...document.querySelectorAll(".people [data-person]")];

function folded(text) {
  const plain = text.normalize("NFKC").toLowerCase().replaceAll(/\s/g, "");
  // Hiragana finds katakana: the two blocks lie 0x60 apart.
  return plain.replaceAll(/[ぁ-ゖ]/g, (kana) =>
    String.fromCodePoint(kana.codePointAt(0) + 0x60),
  );
}

function tick(row) {
  return row.querySelector("input[name^='chosen_']");
}

function chosen(row) {
  return tick(row).checked;
}

// Nobody has a role who does not take part.
function settle({ target }) {
  const row = target.closest(".people [data-person]");
  if (!row) return;
  const roles = row.querySelectorAll("[data-role]");
  if (target.matches("[data-role]:checked")) tick(row).checked = true;
  if (target === tick(row) && !target.checked) {
    for (const role of roles) role.checked = false;
  }
}

function show() {
  const wanted = folded(input.value);
  for (const row of rows) {
    row.hidden = !folded(row.dataset.person).includes(wanted) && !chosen(row);
  }
  count.textContent = count.dataset.words
    .replace("{shown}", rows.filter((row) => !row.hidden).length)
    .replace("{chosen}", rows.filter(chosen).length);
}

if (box) {
  box.hidden = false;
  input.addEventListener("input", show);
  document.addEventListener("change", (event) => {
    settle(event);
    show();
  });
  input.addEventListener("keydown", (event) => {
    // Enter looks for people, it does not send the form; in the middle of a
    // conversion it belongs to the input method.
    if (event.key === "Enter" && !event.isComposing) event.preventDefault();
  });
  show();
}
