// Text with entities, as nodes. Offsets count UTF-16 units, which is how JavaScript counts too.

import { element } from "./elements.js";

const PLAIN = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code" };
const FOLDED_ABOVE = 3;

/** The nodes of a text. `act.command(text)` and `act.link(event, url)` are called for clicks. */
export function formatted(text, entities, act) {
  const ordered = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return between(text, 0, text.length, ordered, act);
}

function between(text, start, end, entities, act) {
  const nodes = [];
  let at = start;
  let rest = entities;
  while (rest.length) {
    const [first, ...later] = rest;
    const stop = Math.min(first.offset + first.length, end);
    if (first.offset > at) nodes.push(text.slice(at, first.offset));
    const inside = later.filter((one) => one.offset < stop);
    const covered = text.slice(first.offset, stop);
    nodes.push(wrapped(first, covered, between(text, first.offset, stop, inside, act), act));
    at = stop;
    rest = later.filter((one) => one.offset >= stop);
  }
  if (at < end) nodes.push(text.slice(at, end));
  return nodes;
}

function wrapped(entity, covered, children, act) {
  if (entity.type in PLAIN) return element(PLAIN[entity.type], {}, ...children);
  if (entity.type === "pre") return element("pre", { tabIndex: 0 }, element("code", {}, ...children));
  if (entity.type === "text_link") return link(entity.url, children, act);
  if (entity.type === "url") return link(withProtocol(covered), children, act);
  if (entity.type === "spoiler") return spoiler(children);
  if (entity.type === "bot_command") return command(covered, children, act);
  if (entity.type.endsWith("blockquote")) return quote(entity.type, covered, children);
  return element("span", { className: entity.type }, ...children);
}

const withProtocol = (address) => (/^[a-z]+:/i.test(address) ? address : `http://${address}`);

function link(address, children, act) {
  if (!/^(https?|tg):/i.test(address)) return element("span", {}, ...children);
  const made = element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...children);
  made.addEventListener("click", (event) => act.link(event, address));
  return made;
}

function command(covered, children, act) {
  const made = element("button", { type: "button", className: "command" }, ...children);
  made.addEventListener("click", () => act.command(covered));
  return made;
}

function spoiler(children) {
  const made = element("span", { className: "spoiler", role: "button", tabIndex: 0, "aria-label": "Hidden text, press to read" }, ...children);
  const show = (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    made.classList.add("seen");
    for (const name of ["role", "tabindex", "aria-label"]) made.removeAttribute(name);
  };
  made.addEventListener("click", show);
  made.addEventListener("keydown", show);
  return made;
}

function quote(type, covered, children) {
  const quoted = element("div", { className: "quoted" }, ...children);
  const made = element("blockquote", {}, quoted);
  const long = covered.split("\n").length > FOLDED_ABOVE || covered.length > 180;
  if (type !== "expandable_blockquote" || !long) return made;
  const button = element("button", { type: "button", className: "fold" });
  const fold = (folded) => {
    made.classList.toggle("folded", folded);
    button.setAttribute("aria-expanded", String(!folded));
    button.textContent = folded ? "Show all" : "Show less";
  };
  button.addEventListener("click", () => fold(!made.classList.contains("folded")));
  // A link that is folded away may still be reached by the keyboard: then it is shown.
  quoted.addEventListener("focusin", () => fold(false));
  fold(true);
  made.append(button);
  return made;
}
