/**
 * Who is signed in. Kept in sessionStorage: it ends with the tab and no other tab or site can read it, where
 * localStorage would keep an operator's key on the machine for good, and a cookie would send it along with requests
 * that other sites start.
 */
export interface Session {
  key: string;
  /** what the operator calls themselves, for reviews assigned to "me" */
  name: string;
}

export function readSession(place: string): Session | null {
  const text = sessionStorage.getItem(place);
  return text === null ? null : (JSON.parse(text) as Session);
}

export function keepSession(place: string, session: Session | null): void {
  if (session === null) sessionStorage.removeItem(place);
  else sessionStorage.setItem(place, JSON.stringify(session));
}
