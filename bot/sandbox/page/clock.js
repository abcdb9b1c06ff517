// The sandbox's clock: shown, moved on, set.

import { byId, element } from "./elements.js";
import { tell } from "./live.js";
import { dayOf, present, store, timeOf } from "./store.js";

const AWAY = 90_000;

export function startClock(afterMove) {
  const move = async (how) => {
    try {
      const { now } = await tell("/sandbox/clock", how);
      const moment = new Date(now);
      byId("moved").textContent = `It is now ${dayOf(moment)}, ${timeOf(moment)} UTC.`;
      afterMove();
    } catch (error) {
      byId("moved").textContent = error.message;
    }
  };
  for (const button of document.querySelectorAll("[data-hours]"))
    button.addEventListener("click", () => move({ hours: Number(button.dataset.hours) }));
  byId("real").addEventListener("click", () => move({}));
  byId("set-clock").addEventListener("submit", (event) => {
    event.preventDefault();
    move({ set: byId("moment").value });
  });
  byId("days").replaceChildren(
    ...store.days.map((day) => {
      const when = new Date(day.when);
      const button = element("button", { type: "button" }, `${dayOf(when)}, ${timeOf(when)}: ${day.note}`);
      button.addEventListener("click", () => move({ set: day.when }));
      return button;
    }),
  );
  byId("clock").open = matchMedia("(min-width: 761px) and (min-height: 620px)").matches;
  setInterval(showClock, 1000);
  showClock();
}

export function showClock() {
  const now = present();
  const shown = byId("now");
  const words = `${dayOf(now)}, ${timeOf(now)} UTC`;
  if (shown.textContent !== words) {
    shown.textContent = words;
    shown.dateTime = now.toISOString();
  }
  shown.classList.toggle("moved", Math.abs(store.ahead) > AWAY);
}
