// The messages of a chat as bubbles, kept in order and up to date.

import { ICONS, byId, element, icon } from "./elements.js";
import { formatted } from "./entities.js";
import { dayOf, messagesOf, store, timeElement } from "./store.js";

const list = byId("messages");
const NEAR = 120;

/** Shows all messages of the active chat. */
export function showChat(chat, act) {
  const nodes = [];
  let day = "";
  for (const message of messagesOf(chat.id)) {
    const its = dayOf(new Date(message.date));
    if (its !== day) nodes.push(dayMark((day = its)));
    nodes.push(messageNode(message, chat, act));
  }
  list.replaceChildren(...(nodes.length ? nodes : [emptyNote(chat, act)]));
  showDraft(chat, act);
  list.scrollTop = list.scrollHeight;
}

/** Puts changed messages where they belong; new ones are scrolled to. */
export function showChanges(changed, chat, act) {
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR;
  let newest = null;
  for (const message of changed) {
    const old = nodeOf(message.number);
    if (message.deleted) old?.remove();
    else if (old) old.replaceWith(messageNode(message, chat, act));
    else newest = append(message, chat, act);
  }
  showDraft(chat, act);
  if (newest && (atEnd || newest.classList.contains("mine"))) reveal(newest);
}

const nodeOf = (number) => list.querySelector(`[data-number="${Number(number)}"]`);

function append(message, chat, act) {
  list.querySelector(".empty")?.remove();
  list.querySelector(".draft")?.remove();
  const day = dayOf(new Date(message.date));
  if ([...list.querySelectorAll(".day")].at(-1)?.textContent !== day) list.append(dayMark(day));
  const node = messageNode(message, chat, act);
  list.append(node);
  return node;
}

/** Scrolls to the end, but never past the beginning of a message longer than the window. */
function reveal(node) {
  list.scrollTop = Math.min(list.scrollHeight, node.offsetTop - list.offsetTop - 12);
}

/** Scrolls to a message and marks it for a moment. */
export function aim(number) {
  const node = nodeOf(number);
  if (!node) return;
  node.scrollIntoView({ block: "center" });
  node.classList.add("aimed");
  setTimeout(() => node.classList.remove("aimed"), 1500);
}

const dayMark = (day) => element("p", { className: "day" }, day);

function emptyNote(chat, act) {
  const about = store.bot.description || "Write a message, or take one of the questions below.";
  const group = `A team group with ${store.bot.name}. Write /help@${store.bot.username}, or mention it.`;
  if (chat.type === "group") return element("p", { className: "empty" }, group);
  const start = element("button", { type: "button", className: "start" }, "Start");
  start.addEventListener("click", () => act.command("/start"));
  return element("div", { className: "empty" }, about, start);
}

function showDraft(chat, act) {
  list.querySelector(".draft")?.remove();
  if (!chat.draft) return;
  const bubble = element("div", { className: "bubble" });
  bubble.append(
    element("div", { className: "text" }, ...formatted(chat.draft.text || "…", chat.draft.entities, act)),
    element("p", { className: "meta" }, "still writing"),
  );
  list.append(element("div", { className: "message draft" }, bubble));
}

function messageNode(message, chat, act) {
  if (message.service)
    return element("p", { className: "service", "data-number": message.number }, message.service);
  const node = element("article", {
    className: message.mine ? "message mine" : "message",
    "data-number": message.number,
    "aria-label": `${message.mine && chat.type === "private" ? "You" : message.sender}`,
  });
  node.append(bubble(message, chat, act));
  if (message.keyboard.length) node.append(keyboard(message, act));
  const answer = element("button", { type: "button", className: "answer-to", "aria-label": `Reply to ${message.sender}: ${message.text.slice(0, 40)}` }, "↩");
  answer.addEventListener("click", () => act.reply(message));
  node.append(answer);
  return node;
}

function bubble(message, chat, act) {
  const made = element("div", { className: "bubble" });
  if (chat.type === "group") made.append(element("p", { className: "sender" }, message.sender));
  if (message.reply) made.append(replied(message.reply));
  if (message.file) made.append(file(message.file, message.text));
  if (message.text) {
    const text = element("div", { className: "text", dir: "auto" });
    text.append(...formatted(message.text, message.entities, act));
    made.append(text);
  }
  made.append(meta(message));
  return made;
}

function replied(reply) {
  const made = element("button", { type: "button", className: "replied" });
  made.append(element("b", {}, reply.sender), element("span", {}, reply.text || "a file"));
  made.addEventListener("click", () => {
    const found = messagesOf(store.active).find((message) => message.id === reply.id);
    if (found) aim(found.number);
  });
  return made;
}

function file(one, caption) {
  if (one.kind === "photo")
    return element("img", { className: "picture", src: one.address, width: one.width, height: one.height, alt: caption ? `Picture: ${caption.slice(0, 120)}` : "Picture sent by the bot", loading: "lazy" });
  const link = element("a", { className: "file", href: one.address, download: one.name });
  const size = one.size < 1024 ? `${one.size} B` : `${Math.round(one.size / 102.4) / 10} KB`;
  link.append(icon(ICONS.file), element("b", {}, one.name), element("small", {}, size));
  return link;
}

function meta(message) {
  const made = element("p", { className: "meta" });
  if (!message.heard) made.append(element("span", { title: "No command, mention or reply: privacy mode" }, "not heard by the bot"));
  if (message.protected) made.append(element("span", {}, icon(ICONS.protected, "cannot be forwarded")));
  if (message.silent) made.append(element("span", { title: "Sent without a sound" }, icon(ICONS.silent), "silent"));
  if (message.edited) made.append(element("span", {}, "edited"));
  made.append(timeElement(new Date(message.date)));
  return made;
}

function keyboard(message, act) {
  const rows = message.keyboard.map((row) =>
    element("div", { className: "keys" }, ...row.map((key) => keyNode(key, message, act))),
  );
  return element("div", { className: "keyboard", role: "group", "aria-label": "Buttons of this message" }, ...rows);
}

function keyNode(key, message, act) {
  if (key.url) {
    const link = element("a", { className: "key", href: key.url, target: "_blank", rel: "noopener noreferrer" }, key.text);
    link.addEventListener("click", (event) => act.link(event, key.url));
    return link;
  }
  const button = element("button", { type: "button", className: "key" }, key.text);
  button.addEventListener("click", () => {
    if (key.copy_text) navigator.clipboard?.writeText(key.copy_text.text).then(() => act.toast("Copied"));
    else if (key.callback_data !== undefined) act.press(message, key.callback_data, button);
    else act.toast("This button works in Telegram only.");
  });
  return button;
}

