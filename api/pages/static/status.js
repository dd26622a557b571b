// Checks the new text while it is typed. Without script the button does; this only spares the click.
const WAIT = 500;

for (const form of document.querySelectorAll("form[data-check]")) {
  const hint = form.querySelector("[data-hint]");
  let timer = 0, asked = null, notBefore = 0;

  async function check() {
    asked?.abort();
    if (Date.now() < notBefore) return;
    asked = new AbortController();
    try {
      const response = await fetch(form.dataset.check, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(new FormData(form)),
        signal: asked.signal,
      });
      if (response.status === 429) notBefore = Date.now() + 1000 * Number(response.headers.get("Retry-After") ?? 60);
      show(response.ok ? await response.json() : null);
    } catch (error) {
      if (error.name !== "AbortError") show(null); // no hint is no obstacle
    }
  }

  function show(answer) {
    hint.hidden = !answer;
    hint.className = answer ? `hint hint_${answer.hint}` : "hint";
    hint.textContent = answer ? answer.message : "";
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(check, WAIT);
  });
}
