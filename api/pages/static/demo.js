// Draws what is typed on the shoes and asks for the hint; the form orders without it, too.
import { attach } from "/v1/widget.js";

const form = document.querySelector("form");

for (const input of form.querySelectorAll("[data-moderation]")) {
  const drawn = document.querySelector(`[data-drawn="${input.dataset.moderation}"]`);
  const draw = () => {
    drawn.textContent = input.value;
    const long = input.value.length > 9;
    drawn.toggleAttribute("textLength", false);
    if (long) drawn.setAttribute("textLength", "116");
  };
  input.addEventListener("input", draw);
  draw();
}

attach(form, { key: form.dataset.key, brand: form.dataset.brand, product: "shoe" });
