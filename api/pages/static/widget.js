// A hint while a customer types. One small module, no dependencies; the shop's page works just as well without it.
//
//   import { attach } from "https://moderation.example/v1/widget.js";
//   attach(form, { key: "mk_...", product: "shoe", brand: "Stride" });
//
// Every input with data-moderation="field name" is looked at; the hint goes into the element with data-moderation-hint.
// The key is one with the scope `previews` and no other: it stands in the page for everybody to read.
// A hint is never a promise, and nothing here ever keeps anybody from ordering.

const HERE = new URL(import.meta.url).origin;

/**
 * @param {HTMLElement} form what holds the inputs and the place for the hint
 * @param {{key: string, product?: string, brand?: string, region?: string, locale?: string, endpoint?: string,
 *          wait?: number, onHint?: (answer: {hint: string, message: string} | null) => void}} options
 * @returns {() => void} takes everything back
 */
export function attach(form, options) {
  const { key, endpoint = HERE, wait = 400, onHint, ...about } = options;
  const inputs = [...form.querySelectorAll("[data-moderation]")];
  const place = form.querySelector("[data-moderation-hint]");
  const session = typist();
  let timer = 0, asked = null, notBefore = 0;

  if (place) place.setAttribute("aria-live", "polite");

  function show(answer) {
    if (place) {
      place.textContent = answer ? answer.message : "";
      place.dataset.hint = answer ? answer.hint : "";
    }
    onHint?.(answer);
  }

  async function ask() {
    asked?.abort();
    if (Date.now() < notBefore || inputs.every((input) => !input.value.trim())) return show(null);
    asked = new AbortController();
    const fields = inputs.map((input) => ({ name: input.dataset.moderation, text: input.value }));
    const locale = about.locale ?? document.documentElement.lang;
    try {
      const response = await fetch(`${endpoint}/v1/previews`, {
        method: "POST",
        headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
        body: JSON.stringify({ ...about, ...(locale && { locale }), fields, session }),
        signal: asked.signal,
        credentials: "omit",
      });
      if (response.status === 429) notBefore = Date.now() + 1000 * Number(response.headers.get("Retry-After") ?? 60);
      show(response.ok ? await response.json() : null);
    } catch (error) {
      if (error.name !== "AbortError") show(null); // no hint is no obstacle
    }
  }

  function onInput() {
    clearTimeout(timer);
    timer = setTimeout(ask, wait);
  }

  for (const input of inputs) input.addEventListener("input", onInput);
  return () => {
    clearTimeout(timer);
    asked?.abort();
    for (const input of inputs) input.removeEventListener("input", onInput);
  };
}

// One customer's typing is counted together, in this tab and no longer.
function typist() {
  try {
    return (sessionStorage.moderationSession ??= crypto.randomUUID());
  } catch {
    return Math.random().toString(36).slice(2);
  }
}
