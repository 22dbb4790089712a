/** Pictures for the moving marks and the incidents, packed into one texture when first asked for. */
import type { Palette } from './palette';

export interface Sprite {
  /** Place in the texture, 0–1. */
  u: number;
  v: number;
  du: number;
  dv: number;
  /** Size on the screen in CSS pixels. */
  width: number;
  height: number;
}

type Pen = CanvasRenderingContext2D;
const SIDE = 2048;

export class Atlas {
  readonly canvas: HTMLCanvasElement;
  readonly ratio: number;
  readonly #pen: Pen;
  readonly #known = new Map<string, Sprite>();
  readonly colours: Palette;
  #x = 1;
  #y = 1;
  #row = 0;
  /** Rises whenever the picture changed and must be sent to the graphics card again. */
  version = 0;

  constructor(colours: Palette, ratio: number) {
    this.colours = colours;
    this.ratio = Math.min(3, Math.max(1, ratio));
    this.canvas = document.createElement('canvas');
    this.canvas.width = this.canvas.height = SIDE;
    this.#pen = this.canvas.getContext('2d', { willReadFrequently: true }) as Pen;
  }

  /** The sprite of that name, drawn by `paint` around the middle of a `width` × `height` box the first time. */
  get(name: string, width: number, height: number, paint: (pen: Pen, colours: Palette) => void): Sprite {
    const known = this.#known.get(name);
    if (known) return known;
    const w = Math.ceil(width * this.ratio) + 2;
    const h = Math.ceil(height * this.ratio) + 2;
    if (this.#x + w > SIDE) {
      this.#x = 1;
      this.#y += this.#row;
      this.#row = 0;
    }
    if (this.#y + h > SIDE) this.#clear();
    const pen = this.#pen;
    pen.save();
    pen.translate(this.#x + w / 2, this.#y + h / 2);
    pen.scale(this.ratio, this.ratio);
    paint(pen, this.colours);
    pen.restore();
    const sprite = { u: this.#x / SIDE, v: this.#y / SIDE, du: w / SIDE, dv: h / SIDE, width: w / this.ratio, height: h / this.ratio };
    this.#known.set(name, sprite);
    this.#x += w + 1;
    this.#row = Math.max(this.#row, h + 1);
    this.version += 1;
    return sprite;
  }

  measure(text: string, font: string): number {
    this.#pen.font = font;
    return this.#pen.measureText(text).width;
  }

  #clear(): void {
    this.#pen.clearRect(0, 0, SIDE, SIDE);
    this.#known.clear();
    this.#x = this.#y = 1;
    this.#row = 0;
  }
}

/** mark.state on the wire → word. */
export const STATES = ['off', 'free', 'offered', 'en_route', 'on_scene', 'closing'] as const;
export const KINDS = ['car', 'car', 'motorcycle', 'foot', 'volunteer'] as const;

function colourOf(state: string, colours: Palette): string {
  if (state === 'free') return colours.free;
  if (state === 'offered') return colours.offered;
  if (state === 'en_route') return colours.busy;
  if (state === 'on_scene' || state === 'closing') return colours.scene;
  return colours.off;
}

const sizeOf = (kind: string) => (kind === 'car' ? 10 : kind === 'motorcycle' ? 9 : 8);

/** The rounded arrow (nose up) of a unit; without a heading it has no nose. */
export function unitBody(atlas: Atlas, kind: string, state: string, stale: boolean, nose: boolean): Sprite {
  return atlas.get(`unit ${kind} ${state} ${stale} ${nose}`, 36, 36, (pen, colours) => {
    const r = sizeOf(kind);
    pen.beginPath();
    if (nose) {
      pen.moveTo(0, -r * 1.7);
      pen.quadraticCurveTo(r * 0.5, -r * 1.15, r * 0.86, -r * 0.5);
      pen.arc(0, 0, r, -0.53, Math.PI + 0.53);
      pen.quadraticCurveTo(-r * 0.5, -r * 1.15, 0, -r * 1.7);
    } else {
      pen.arc(0, 0, r, 0, 7);
    }
    pen.closePath();
    pen.lineJoin = 'round';
    pen.lineWidth = 3.5;
    pen.strokeStyle = colours.edge;
    pen.stroke();
    pen.fillStyle = stale ? colours.stale : colourOf(state, colours);
    pen.fill();
  });
}

/** The state by shape, upright inside the arrow: free ○, offered ◔, en route ➤, on scene ◉, closing ◕, off —. */
export function unitGlyph(atlas: Atlas, kind: string, state: string): Sprite {
  return atlas.get(`glyph ${kind} ${state}`, 20, 20, (pen, colours) => {
    const r = sizeOf(kind) * 0.52;
    pen.fillStyle = pen.strokeStyle = colours.edge;
    pen.lineWidth = 1.8;
    const pie = (turn: number) => {
      pen.beginPath();
      pen.arc(0, 0, r, 0, 7);
      pen.stroke();
      pen.beginPath();
      pen.moveTo(0, 0);
      pen.arc(0, 0, r, -Math.PI / 2, -Math.PI / 2 + turn);
      pen.fill();
    };
    if (state === 'free') pie(0);
    else if (state === 'offered') pie(Math.PI / 2);
    else if (state === 'closing') pie(Math.PI * 1.5);
    else if (state === 'on_scene') {
      pie(0);
      pen.beginPath();
      pen.arc(0, 0, r * 0.5, 0, 7);
      pen.fill();
    } else if (state === 'en_route') {
      pen.beginPath();
      pen.moveTo(-r * 0.8, -r);
      pen.lineTo(r * 1.1, 0);
      pen.lineTo(-r * 0.8, r);
      pen.lineTo(-r * 0.25, 0);
      pen.closePath();
      pen.fill();
    } else {
      pen.fillRect(-r, -1, r * 2, 2);
    }
  });
}

/** A call sign on a small plate. */
export function plate(atlas: Atlas, text: string, dim: boolean): Sprite {
  const font = `600 12px ${atlas.colours.font}`;
  const width = atlas.measure(text, font) + 8;
  return atlas.get(`plate ${dim} ${text}`, width, 20, (pen, colours) => {
    pen.globalAlpha = 0.82;
    pen.fillStyle = colours.halo;
    pen.beginPath();
    pen.roundRect(-width / 2, -9, width, 18, 4);
    pen.fill();
    pen.globalAlpha = 1;
    pen.font = font;
    pen.textAlign = 'center';
    pen.textBaseline = 'alphabetic';
    pen.fillStyle = dim ? colours.muted : colours.text;
    pen.fillText(text, 0, 4.3);
  });
}

function outline(pen: Pen, priority: number, r: number): void {
  pen.beginPath();
  if (priority === 1) {
    pen.moveTo(0, -r * 1.12);
    pen.lineTo(r * 1.16, r * 0.86);
    pen.lineTo(-r * 1.16, r * 0.86);
    pen.closePath();
  } else if (priority === 2) {
    pen.roundRect(-r * 0.92, -r * 0.92, r * 1.84, r * 1.84, 2);
  } else {
    pen.arc(0, 0, r, 0, 7);
  }
}

const inkOf = (priority: number, colours: Palette) => (priority === 1 ? [colours.p1, colours.onP1] : priority === 2 ? [colours.p2, colours.onP2] : [colours.p3, colours.onP3]) as [string, string];

/** From the place up to its sign: a stem with a dot at its foot. The foot is the box's middle, so that it turns around the place. */
export function stem(atlas: Atlas, priority: number, length: number): Sprite {
  return atlas.get(`stem ${priority} ${length}`, 12, length * 2, (pen, colours) => {
    const [colour] = inkOf(priority, colours);
    for (const [width, radius, ink] of [[5, 4.5, colours.edge], [2, 3, colour]] as const) {
      pen.lineWidth = width;
      pen.strokeStyle = pen.fillStyle = ink;
      pen.beginPath();
      pen.moveTo(0, 0);
      pen.lineTo(0, 4 - length);
      pen.stroke();
      pen.beginPath();
      pen.arc(0, 0, radius, 0, 7);
      pen.fill();
    }
  });
}

/** The priority's shape with its number. Filled while nobody has taken it, outlined afterwards. */
export function sign(atlas: Atlas, priority: number, waiting: boolean): Sprite {
  return atlas.get(`sign ${priority} ${waiting}`, 38, 38, (pen, colours) => {
    const [colour, onto] = inkOf(priority, colours);
    outline(pen, priority, 12);
    pen.lineJoin = 'round';
    pen.lineWidth = 6;
    pen.strokeStyle = colours.edge;
    pen.stroke();
    pen.fillStyle = waiting ? colour : colours.surface;
    pen.fill();
    pen.lineWidth = 2.4;
    pen.strokeStyle = colour;
    pen.stroke();
    pen.font = `600 14px ${colours.font}`;
    pen.textAlign = 'center';
    pen.textBaseline = 'alphabetic';
    pen.fillStyle = waiting ? onto : colour;
    pen.fillText(String(priority), 0, priority === 1 ? 7.5 : 5);
  });
}

/** A ring around what is chosen. */
export function halo(atlas: Atlas): Sprite {
  return atlas.get('halo', 44, 44, (pen, colours) => {
    for (const [width, colour] of [[5, colours.edge], [2.5, colours.accent]] as const) {
      pen.beginPath();
      pen.arc(0, 0, 18, 0, 7);
      pen.lineWidth = width;
      pen.strokeStyle = colour;
      pen.stroke();
    }
  });
}

/** The wave of a new incident; drawn larger and fainter once a second. */
export function wave(atlas: Atlas, priority: number): Sprite {
  return atlas.get(`wave ${priority}`, 84, 84, (pen, colours) => {
    pen.beginPath();
    pen.arc(0, 0, 38, 0, 7);
    pen.lineWidth = 3;
    pen.strokeStyle = priority === 1 ? colours.p1 : priority === 2 ? colours.p2 : colours.p3;
    pen.stroke();
  });
}

/** A point somebody is choosing: a cross-hair. */
export function aim(atlas: Atlas): Sprite {
  return atlas.get('aim', 44, 44, (pen, colours) => {
    for (const [width, colour] of [[5, colours.edge], [2, colours.accent]] as const) {
      pen.lineWidth = width;
      pen.strokeStyle = colour;
      pen.beginPath();
      pen.arc(0, 0, 11, 0, 7);
      for (const [x, y] of [[0, -1], [1, 0], [0, 1], [-1, 0]] as const) {
        pen.moveTo(x * 6, y * 6);
        pen.lineTo(x * 18, y * 18);
      }
      pen.stroke();
    }
  });
}
