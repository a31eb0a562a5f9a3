import type { sharedEn } from './shared.en';

export const sharedDe: Record<keyof typeof sharedEn, string> = {
  failure: 'Das hat nicht geklappt', retry: 'Noch einmal', loading: 'Wird geladen', more: 'Mehr zeigen', copied: 'Kopiert', language: 'Sprache', dark: 'Dunkle Farben', light: 'Helle Farben',
  cancel: 'Abbrechen', save: 'Speichern', create: 'Anlegen', delete: 'Löschen', close: 'Schließen', all: 'Alle', yes: 'Ja', no: 'Nein', none: 'Keine', never: 'nie', confirm: 'Bestätigen',
  'signin.submit': 'Anmelden', 'signin.empty': 'Hier muss etwas stehen', 'signin.refused': 'Damit ist niemand bekannt.', 'signin.forbidden': 'Dieser Schlüssel darf das nicht: Es braucht einen Admin-Schlüssel.',
  'signin.away': 'Das Empfehlungssystem antwortet nicht. Bitte gleich noch einmal versuchen.', 'signin.name': 'Ihr Name', 'signin.name.hint': 'Prüfungen, die Sie sich zuweisen, tragen ihn', 'signin.show': 'Zeigen oder verbergen', 'signin.out': 'Abmelden',
  'unit.credits_one': 'Credit', 'unit.credits_other': 'Credits', 'unit.access_days_one': 'Zugangstag', 'unit.access_days_other': 'Zugangstage', 'unit.slots_one': 'Platz', 'unit.slots_other': 'Plätze',
  'status.paid': 'ausgezahlt', 'status.held': 'zurückgehalten', 'status.pending': 'offen', 'status.rejected': 'abgelehnt', 'status.clawed_back': 'zurückgeholt', 'status.approved': 'freigegeben', 'status.escalated': 'eskaliert', 'status.lapsed': 'abgelaufen',
  'status.delivered': 'zugestellt', 'status.failed': 'fehlgeschlagen', 'status.running': 'läuft', 'status.succeeded': 'erfolgreich', 'status.active': 'aktiv', 'status.inactive': 'inaktiv', 'status.expired': 'abgelaufen',
  'status.registered': 'angemeldet', 'status.activated': 'aktiv geworden', 'status.qualified': 'zahlend', 'status.retained': 'geblieben', 'status.medium': 'mittel', 'status.high': 'hoch', 'status.critical': 'kritisch', 'status.low': 'niedrig',
  'event.registered': 'Anmeldung', 'event.activated': 'erste Nutzung', 'event.qualified': 'erste Zahlung', 'event.retained': 'einen Monat geblieben', 'event.cross_app': 'weitere App', 'event.cashback': 'Cashback', 'event.access': 'Zugangstage', 'event.payment': 'Zahlung',
  'hold.score': 'war auffällig, wird von selbst frei', 'hold.review': 'jemand sieht es sich an', 'hold.dispute': 'die Zahlung ist strittig', 'hold.claim_limit': 'viele auf einmal: wartet, bis Platz ist', 'hold.assessment': 'wird geprüft', 'hold.pending': 'wird geprüft', 'hold.unknown': 'wird geprüft',
  'tier.bronze': 'Bronze', 'tier.silver': 'Silber', 'tier.gold': 'Gold', 'tier.platinum': 'Platin', 'tier.next': 'noch {{count}} bis {{tier}}', 'tier.top': 'Die höchste Stufe',
  'problem.unauthenticated': 'Sie sind nicht mehr angemeldet', 'problem.forbidden': 'Dieser Schlüssel darf das nicht', 'problem.not_found': 'Das gibt es nicht', 'problem.unavailable': 'Das Empfehlungssystem antwortet gerade nicht', 'problem.internal': 'Innen ist etwas kaputtgegangen; es ist protokolliert',
  'problem.invalid_request': 'Nicht verstanden', 'problem.already_decided': 'Das hat schon jemand entschieden', 'problem.code_taken': 'Diesen Code, oder einen zum Verwechseln, gibt es schon', 'problem.invalid_format': 'Ein Code hat 3 bis 20 Zeichen aus A–Z, 0–9 und Strichen', 'problem.reserved': 'Dieses Wort ist reserviert',
  'problem.stale_version': 'Inzwischen hat jemand das Programm geändert: bitte neu laden', 'problem.forbidden_address': 'Dorthin dürfen keine Webhooks gehen', 'problem.rate_limited': 'Zu viel auf einmal: bitte kurz warten', 'problem.id_conflict': 'Diese Kennung steht schon für etwas anderes',
};
