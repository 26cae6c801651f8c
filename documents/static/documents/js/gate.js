// The secret of a link stands in the fragment of the address, which browsers do not
// send. This script takes it out of the address bar and posts it.

const form = document.querySelector("form[data-gate]");

function enter() {
  const secret = location.hash.slice(1);
  if (!secret) return;
  history.replaceState(null, "", location.pathname);
  form.elements.secret.value = secret;
  form.hidden = false;
  form.submit();
}

enter();
window.addEventListener("hashchange", enter);
// Whoever comes back to this page finds no secret in it.
window.addEventListener("pagehide", () => form.reset());
