// Puts the page together: what happens in the sandbox is shown, what is done here is told.

import { showChats, showHead, showSpeakers } from "./chats.js";
import { showClock, startClock } from "./clock.js";
import { noReply, reply, showSuggestions, startComposer } from "./composer.js";
import { byId } from "./elements.js";
import { connect, tell } from "./live.js";
import { showChanges, showChat } from "./messages.js";
import { openSource, refresh, startSources } from "./sources.js";
import { activeChat, speaker, store, take } from "./store.js";

// Presses of this page that wait for an answer, and answers that came before the press was known.
const pressed = new Set();
const early = new Map();
let toastEnds = 0;

const act = {
  reply,
  toast,
  command: (words) => send(words),
  link: (event, address) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (openSource(address, event.currentTarget)) event.preventDefault();
  },
  press: async (message, data, button) => {
    button.setAttribute("aria-busy", "true");
    try {
      const asked = { chat: message.chat, speaker: speaker().role, message: message.id, data };
      const { id } = await tell("/sandbox/press", asked);
      if (early.has(id)) showAnswer(early.get(id));
      else pressed.add(id);
    } catch (error) {
      toast(error.message);
    }
    setTimeout(() => button.removeAttribute("aria-busy"), 1500);
  },
};

async function send(words, replyTo) {
  try {
    await tell("/sandbox/say", { chat: store.active, speaker: speaker().role, text: words, reply_to: replyTo });
    return true;
  } catch (error) {
    toast(error.message);
    return false;
  }
}

function toast(words) {
  const shown = byId("toast");
  shown.textContent = words;
  shown.hidden = false;
  clearTimeout(toastEnds);
  toastEnds = setTimeout(() => (shown.hidden = true), 4000);
}

function showAnswers(answers) {
  for (const answer of answers) {
    if (pressed.delete(answer.id)) showAnswer(answer);
    else early.set(answer.id, answer);
  }
}

function showAnswer(answer) {
  if (!answer.text) return;
  if (!answer.show_alert) return toast(answer.text);
  byId("alert-text").textContent = answer.text;
  byId("alert").showModal();
}

function openChat(chatId) {
  store.active = chatId;
  store.unread.delete(chatId);
  noReply();
  showAround();
  showSpeakers();
  showChat(activeChat(), act);
}

function showAround() {
  showChats(openChat);
  showHead();
  showSuggestions(send);
  showClock();
}

function lost(isLost) {
  byId("lost").hidden = !isLost;
}

connect(
  (whole) => {
    store.suggestions = whole.suggestions;
    store.days = whole.days;
    store.readable = whole.readable;
    take(whole, true);
    document.title = `${store.bot.name}: sandbox chat`;
    startComposer(send);
    startClock(refresh);
    startSources();
    byId("speaker").addEventListener("change", (event) => store.roles.set(store.active, event.target.value));
    openChat(store.active);
    byId("text").focus();
  },
  (news) => {
    const changed = take(news, false);
    showAround();
    showChanges(changed, activeChat(), act);
    showAnswers(news.answers);
  },
  lost,
);

