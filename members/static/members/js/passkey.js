// Passkeys: asks the server what to ask, the browser for the answer, and sends that
// with the form. A form says by data-passkey whether one is used or made.

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

function asked(question) {
  const publicKey = { ...question, challenge: bytes(question.challenge) };
  if (question.user) publicKey.user = { ...question.user, id: bytes(question.user.id) };
  if (question.excludeCredentials)
    publicKey.excludeCredentials = known(question.excludeCredentials);
  if (question.allowCredentials)
    publicKey.allowCredentials = known(question.allowCredentials);
  return { publicKey };
}

function answered(credential) {
  const { response } = credential;
  const plain = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    plain.attestationObject = text(response.attestationObject);
    plain.transports = response.getTransports ? response.getTransports() : [];
  } else {
    plain.authenticatorData = text(response.authenticatorData);
    plain.signature = text(response.signature);
    if (response.userHandle) plain.userHandle = text(response.userHandle);
  }
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: plain,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

async function question(form) {
  const token = new FormData(form).get("csrfmiddlewaretoken");
  const reply = await fetch(form.dataset.question, {
    method: "POST",
    headers: { "X-CSRFToken": token },
  });
  const type = reply.headers.get("Content-Type") || "";
  if (!reply.ok || !type.startsWith("application/json")) {
    location.reload(); // too late: the page says what comes first
    return null;
  }
  return asked(await reply.json());
}

async function press(form) {
  const refusal = form.querySelector("[data-refusal]");
  refusal.hidden = true;
  try {
    const options = await question(form);
    if (!options) return;
    const credential =
      form.dataset.passkey === "make"
        ? await navigator.credentials.create(options)
        : await navigator.credentials.get(options);
    form.elements.answer.value = answered(credential);
    form.submit();
  } catch {
    refusal.hidden = false; // closed, timed out, or no passkey of ours here
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  const around = form.closest("[data-with-passkey]");
  if (around) around.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (form.reportValidity()) press(form);
  });
}
