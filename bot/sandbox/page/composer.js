// The field to write in, the command menu, the reply, and the questions to begin with.

import { byId, element } from "./elements.js";
import { activeChat, messagesOf, speaker, store } from "./store.js";

const text = byId("text");
const menu = byId("menu");
const commands = byId("commands");
let replyTo = null;

/** `send(text, replyId)` sends; it throws with words to show. */
export function startComposer(send) {
  byId("composer").addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = text.value;
    if (!said.trim()) return;
    const sent = await send(said, replyTo?.id);
    if (!sent) return;
    text.value = "";
    noReply();
    closeMenu();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      byId("composer").requestSubmit();
    } else if (event.key === "Escape") {
      if (commands.hidden) noReply();
      else closeMenu();
    } else if (event.key === "ArrowUp" && !commands.hidden) {
      event.preventDefault();
      [...commands.querySelectorAll("button")].at(-1)?.focus();
    }
  });
  text.addEventListener("input", () => {
    if (/^\/\w*$/.test(text.value)) openMenu(text.value.slice(1));
    else closeMenu();
  });
  menu.addEventListener("click", () => {
    if (!commands.hidden) return closeMenu();
    openMenu("");
    commands.querySelector("button")?.focus();
  });
  commands.addEventListener("keydown", moveInMenu);
  byId("no-reply").addEventListener("click", () => {
    noReply();
    text.focus();
  });
}

function openMenu(begun) {
  const all = speaker().commands;
  const fitting = all.filter((one) => one.command.startsWith(begun));
  const none = element("p", { className: "hint" }, all.length ? "No such command." : "The bot has not told its commands.");
  commands.replaceChildren(...(fitting.length ? fitting.map(commandItem) : [none]));
  commands.hidden = false;
  menu.setAttribute("aria-expanded", "true");
}

function closeMenu() {
  commands.hidden = true;
  menu.setAttribute("aria-expanded", "false");
}

function commandItem(one) {
  const button = element("button", { type: "button" }, element("b", {}, `/${one.command}`), element("span", {}, one.description));
  button.addEventListener("click", () => {
    closeMenu();
    write(`/${one.command} `);
  });
  return button;
}

function moveInMenu(event) {
  const items = [...commands.querySelectorAll("button")];
  const at = items.indexOf(document.activeElement);
  if (event.key === "ArrowDown") items[(at + 1) % items.length]?.focus();
  else if (event.key === "ArrowUp") items[(at - 1 + items.length) % items.length]?.focus();
  else if (event.key === "Escape") {
    closeMenu();
    text.focus();
  } else return;
  event.preventDefault();
}

/** Puts words into the field, to be finished and sent. */
export function write(words) {
  text.value = words;
  text.focus();
}

export function reply(message) {
  replyTo = message;
  byId("replying-to").textContent = `Reply to ${message.sender}: ${message.text.slice(0, 120)}`;
  byId("replying").hidden = false;
  text.focus();
}

export function noReply() {
  replyTo = null;
  byId("replying").hidden = true;
}

/** The questions stay until each has been asked in the private chat. */
export function showSuggestions(send) {
  const chat = activeChat();
  const said = new Set(messagesOf(chat.id).map((message) => message.text));
  const open = chat.type === "private" ? store.suggestions.filter((one) => !said.has(one.text)) : [];
  const shown = byId("suggestions");
  if (shown.dataset.shown === JSON.stringify(open)) return;
  shown.dataset.shown = JSON.stringify(open);
  shown.replaceChildren(
    ...open.map((one) => {
      const button = element("button", { type: "button" }, one.text, element("small", {}, one.note));
      button.addEventListener("click", () => {
        text.focus();
        send(one.text);
      });
      return button;
    }),
  );
}
