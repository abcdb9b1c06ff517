// The way to the sandbox: asks for its state, hears of each change, tells it what people do.

/** Loads everything once, then calls `heard` for each change, and `lost(true/false)`. */
export async function connect(start, heard, lost) {
  const whole = await askUntilAnswered("/sandbox/state", lost);
  start(whole);
  const events = new EventSource(`/sandbox/events?since=${whole.serial}`);
  events.addEventListener("message", (event) => heard(JSON.parse(event.data)));
  events.addEventListener("open", () => lost(false));
  events.addEventListener("error", () => lost(true));
}

async function askUntilAnswered(address, lost) {
  for (;;) {
    try {
      return await ask(address);
    } catch {
      lost(true);
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

export async function ask(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(await response.text());
  const kind = response.headers.get("content-type") ?? "";
  return kind.startsWith("application/json") ? response.json() : response.text();
}

export async function tell(address, what) {
  const response = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(what),
  });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}
