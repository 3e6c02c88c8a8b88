/** The caller's token lives in this tab only. Where the server knows its user by the loopback socket, there is none and none is needed. */
const STORED = "kumiki.token";

export function token(): string | null {
  return sessionStorage.getItem(STORED);
}

export function keepToken(word: string): void {
  sessionStorage.setItem(STORED, word);
}

export function dropToken(): void {
  sessionStorage.removeItem(STORED);
}

/** Takes `?ticket=` out of the address before anything can remember it, and exchanges it. */
export async function redeemTicket(): Promise<void> {
  const here = new URL(window.location.href);
  const ticket = here.searchParams.get("ticket");
  if (ticket === null) return;
  here.searchParams.delete("ticket");
  window.history.replaceState(null, "", here.pathname + here.search + here.hash);
  const answer = await fetch("/api/v1/session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ticket }),
  }).catch(() => null);
  if (answer?.ok) {
    const session = (await answer.json()) as { token?: string };
    if (session.token) keepToken(session.token);
  }
}

export function authorized(headers: Headers): Headers {
  const word = token();
  if (word !== null) headers.set("Authorization", `Bearer ${word}`);
  headers.set("Accept-Language", document.documentElement.lang || "en");
  return headers;
}
