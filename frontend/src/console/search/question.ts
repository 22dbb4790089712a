/** A question to the incidents of years, as the link holds it. Pure. */
export interface Question {
  q: string;
  since: string;
  until: string;
  code: string[];
  priority: string[];
  state: string[];
  outcome: string[];
  channel: string[];
  by: string[];
  area: string[];
  unit_id: string;
  lon: string;
  lat: string;
  radius_m: string;
  response_over_s: string;
  attached: string;
  sort: string;
}
export const LISTS = ['code', 'priority', 'state', 'outcome', 'channel', 'by', 'area'] as const;
const SINGLE = ['q', 'since', 'until', 'unit_id', 'lon', 'lat', 'radius_m', 'response_over_s', 'attached', 'sort'] as const;
export const OPEN_STATES = ['new', 'acknowledged', 'assigned', 'en_route', 'on_scene'];

export function blank(): Question {
  return { q: '', since: '', until: '', code: [], priority: [], state: [], outcome: [], channel: [], by: [], area: [], unit_id: '', lon: '', lat: '', radius_m: '', response_over_s: '', attached: '', sort: '' };
}

/** The parameters of the routes and of the link; what is empty is left out. */
export function paramsOf(question: Question): URLSearchParams {
  const params = new URLSearchParams();
  for (const name of SINGLE) if (question[name].trim()) params.set(name, question[name].trim());
  for (const name of LISTS) for (const value of question[name]) params.append(name, value);
  return params;
}

export function fromParams(params: URLSearchParams): Question {
  const question = blank();
  for (const name of SINGLE) question[name] = params.get(name) ?? '';
  for (const name of LISTS) question[name] = params.getAll(name);
  return question;
}

/** A kept question: JSON of the same names, numbers as numbers. */
export function fromKept(asked: Record<string, unknown>): Question {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) {
    if (Array.isArray(value)) for (const one of value) params.append(name, String(one));
    else if (value !== null && value !== undefined && value !== '' && value !== false) params.set(name, String(value));
  }
  return fromParams(params);
}

export function toKept(question: Question): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const name of SINGLE) {
    const value = question[name].trim();
    if (value) kept[name] = ['lon', 'lat', 'radius_m', 'response_over_s'].includes(name) ? Number(value) : name === 'attached' ? value === 'true' : value;
  }
  for (const name of LISTS) if (question[name].length) kept[name] = name === 'priority' ? question[name].map(Number) : question[name];
  return kept;
}

export const isBlank = (question: Question): boolean => [...paramsOf(question).keys()].every((name) => name === 'sort');

/** The question in the address after `#search`, or null where there is none. */
export function fromHash(hash: string): Question | null {
  return hash.startsWith('#search') ? fromParams(new URLSearchParams(hash.slice(8))) : null;
}
export function toHash(question: Question): string {
  const said = paramsOf(question).toString();
  return said ? `#search?${said}` : '#search';
}
