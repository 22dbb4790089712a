/** A plan as the centre tells it (docs/patrol-plan.md). */
export interface Words {
  th: string;
  en: string;
}
export interface Stop {
  place: string | null;
  name: Words;
  lon: number | null;
  lat: number | null;
  arrive: string;
  leave: string;
  at_s: number;
  minutes: number;
  why: 'risk' | 'request' | 'house_watch' | 'explore' | 'area' | 'break' | 'hand';
  words: Words;
  task: number | null;
}
export interface Round {
  unit: string;
  name: Words;
  kind: string;
  from: string;
  to: string;
  drive_min: number;
  visits: number;
  stops: Stop[];
}
export interface Told extends Words {
  code: string;
}
export interface Broken extends Told {
  unit: string;
  stop: number;
}
export interface Result {
  covered_share: number;
  explored_share: number;
  revisit_median_min: number | null;
  top_share: number;
  visits: number;
  places_visited: number;
  ways: string;
  engine: string;
  seconds: number;
  by_hand?: boolean;
  by_hour: { from: string; risk: number; covered_share: number }[];
  rounds: Round[];
  places: { place: string; area: string; risk: number; visits: number; covered_share: number }[];
  unmet: Told[];
  broken: Broken[];
  notes: Told[];
}
export interface Place {
  id: string;
  name: Words;
  kind: string;
  lon: number;
  lat: number;
  area: string | null;
}
export type State = 'making' | 'draft' | 'failed' | 'published' | 'replaced';
export interface Head {
  id: string;
  day: string;
  shift_id: string;
  from_at: string;
  to_at: string;
  state: State;
  version: number;
  seconds: number;
  made_at: string;
  made_by: string;
  published_at: string | null;
  published_by: string;
  covered_share: number | null;
  visits: number | null;
}
export interface Plan extends Head {
  result: Result | null;
  reasons: Told[];
  places: Place[];
}
export interface Driven {
  units: {
    unit: string;
    positions: number;
    stops: { place: string | null; at_s: number; state: Done; from_s: number | null; to_s: number | null }[];
    track: [number, number, number][];
    gaps: [number, number][];
    length_m: number;
    place_min: number;
    risk_min: number;
  }[];
  step_s: number;
  driven: [number, number][][];
  driven_share: number;
  visits_by_hour: { place: string; hours: number[] }[];
}
export type Done = 'done' | 'short' | 'early' | 'late' | 'missed' | 'unknown' | 'ahead';

/** What the centre is sent: the order of stops, nothing it works out itself. */
export interface Wish {
  place: string | null;
  task: number | null;
  at_s: number | null;
  minutes: number;
  why: Stop['why'];
}
export type Order = { unit: string; stops: Wish[] }[];

export const orderOf = (result: Result): Order =>
  result.rounds.map((one) => ({
    unit: one.unit,
    stops: one.stops.map(({ place, task, at_s, minutes, why }) => ({ place, task, at_s, minutes, why })),
  }));

/**
 * Moves a stop of a unit to another place in its round. What was moved is done as soon as it can be, and so is what it
 * went past; all others keep their time.
 */
export function moved(order: Order, unit: string, from: number, to: number): Order {
  return order.map((one) => {
    if (one.unit !== unit || from === to || !one.stops[from]) return one;
    const stops = [...one.stops];
    const [stop] = stops.splice(from, 1);
    stops.splice(to, 0, stop as Wish);
    const [first, last] = [Math.min(from, to), Math.max(from, to)];
    return { unit, stops: stops.map((each, n) => (n >= first && n <= last ? { ...each, at_s: null } : each)) };
  });
}

export function without(order: Order, unit: string, at: number): Order {
  return order.map((one) => (one.unit === unit ? { unit, stops: one.stops.filter((_, n) => n !== at) } : one));
}

/** Gives a stop to another unit, at the end of what that unit does before the same moment. */
export function given(order: Order, from: string, at: number, to: string): Order {
  const stop = order.find((one) => one.unit === from)?.stops[at];
  if (!stop || from === to) return order;
  return without(order, from, at).map((one) => {
    if (one.unit !== to) return one;
    const later = one.stops.findIndex((each) => (each.at_s ?? 0) > (stop.at_s ?? 0));
    const place = later < 0 ? one.stops.length : later;
    return { unit: to, stops: [...one.stops.slice(0, place), { ...stop, at_s: null }, ...one.stops.slice(place)] };
  });
}

export function withPlace(order: Order, unit: string, at: number, place: string): Order {
  const fresh: Wish = { place, task: null, at_s: null, minutes: 12, why: 'hand' };
  return order.map((one) => (one.unit === unit ? { unit, stops: [...one.stops.slice(0, at), fresh, ...one.stops.slice(at)] } : one));
}
