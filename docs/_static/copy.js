// A button beside each block of code copies it: of a console, what was typed and not the answers.
"use strict";

function copied(block) {
  const text = block.querySelector("pre").textContent;
  if (!block.parentElement.classList.contains("highlight-console")) return text;
  const typed = text.split("\n").filter((line) => /^[$#>] /.test(line));
  return typed.map((line) => line.slice(2)).join("\n") + "\n";
}

function addButton(block) {
  const button = document.createElement("button");
  button.className = "copy";
  button.type = "button";
  button.textContent = "Copy";
  button.setAttribute("aria-label", "Copy this block");
  button.addEventListener("click", async () => {
    const text = copied(block);
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  block.append(button);
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("div.highlight").forEach(addButton);
});
