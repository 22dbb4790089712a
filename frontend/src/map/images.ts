/** Pictures for the map's still things, drawn from the tokens: hatches, diamonds, dots, place icons. Twice as large as shown, for sharp screens. */
import type { Map as MapLibre } from 'maplibre-gl';
import bank from 'lucide-static/icons/banknote.svg?raw';
import bus from 'lucide-static/icons/bus.svg?raw';
import office from 'lucide-static/icons/building-2.svg?raw';
import church from 'lucide-static/icons/church.svg?raw';
import university from 'lucide-static/icons/graduation-cap.svg?raw';
import fuel from 'lucide-static/icons/fuel.svg?raw';
import gold from 'lucide-static/icons/gem.svg?raw';
import hospital from 'lucide-static/icons/hospital.svg?raw';
import hotel from 'lucide-static/icons/bed.svg?raw';
import landmark from 'lucide-static/icons/landmark.svg?raw';
import home from 'lucide-static/icons/house.svg?raw';
import parking from 'lucide-static/icons/square-parking.svg?raw';
import place from 'lucide-static/icons/map-pin.svg?raw';
import market from 'lucide-static/icons/shopping-basket.svg?raw';
import mall from 'lucide-static/icons/shopping-bag.svg?raw';
import night from 'lucide-static/icons/wine.svg?raw';
import park from 'lucide-static/icons/trees.svg?raw';
import police from 'lucide-static/icons/shield.svg?raw';
import food from 'lucide-static/icons/utensils.svg?raw';
import risk from 'lucide-static/icons/triangle-alert.svg?raw';
import school from 'lucide-static/icons/school.svg?raw';
import sport from 'lucide-static/icons/trophy.svg?raw';
import store from 'lucide-static/icons/store.svg?raw';
import train from 'lucide-static/icons/train-front.svg?raw';
import pier from 'lucide-static/icons/ship.svg?raw';
import people from 'lucide-static/icons/users.svg?raw';
import type { DeviceState } from '$lib/types';
import type { Palette } from './palette';

const RATIO = 2;
/** Lucide has no Thai temple: a gable with its finial and hooked eaves, on the same grid and stroke. */
const temple =
  '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"><path d="M12 1.500V5"/><path d="M2 14.500 4.500 13 12 5l7.500 8 2.500 1.500"/><path d="M6 12v9h12v-9"/><path d="M10 21v-5h4v5"/></svg>';

/** Which picture stands for which kind of place; a kind not listed is a plain pin. */
export const PLACE_PICTURES: Record<string, string> = {
  police, community_centre: people, government: landmark, hospital, school, university, temple, mosque: landmark, church, shrine: landmark,
  bank, atm: bank, gold_shop: gold, mall, convenience_store: store, market, shop: store, restaurant: food, nightlife: night, hotel, office,
  fuel, bus_station: bus, railway_station: train, pier, parking, park, sports_ground: sport, youth_spot: people, landmark, monument: landmark,
  residence: home, abandoned: risk, risk_spot: risk, other: place,
};

type Pen = OffscreenCanvasRenderingContext2D;

function draw(size: number, paint: (pen: Pen) => void): ImageData {
  const pixels = size * RATIO;
  const pen = new OffscreenCanvas(pixels, pixels).getContext('2d') as Pen;
  pen.scale(RATIO, RATIO);
  paint(pen);
  return pen.getImageData(0, 0, pixels, pixels);
}

/** Sub-zones by hatch: economic //, risk ××, landmark ··. */
function hatch(kind: 'economic' | 'risk' | 'landmark', colour: string): ImageData {
  const size = 12;
  return draw(size, (pen) => {
    pen.strokeStyle = pen.fillStyle = colour;
    pen.globalAlpha = 0.36;
    pen.lineWidth = 1.1;
    if (kind === 'landmark') {
      for (const [x, y] of [[3, 3], [9, 9]] as const) {
        pen.beginPath();
        pen.arc(x, y, 1.25, 0, 7);
        pen.fill();
      }
      return;
    }
    const slashes = kind === 'economic' ? [[-2, 14, 14, -2], [-8, 8, 8, -8], [4, 20, 20, 4]] : [[1, 1, 5, 5], [5, 1, 1, 5], [7, 7, 11, 11], [11, 7, 7, 11]];
    for (const [x1, y1, x2, y2] of slashes as [number, number, number, number][]) {
      pen.beginPath();
      pen.moveTo(x1, y1);
      pen.lineTo(x2, y2);
      pen.stroke();
    }
  });
}

/** A pole: a diamond, whole when it works, hollow when it is silent, ringed when it calls. */
function pole(state: DeviceState, colours: Palette): ImageData {
  const size = 24;
  return draw(size, (pen) => {
    const colour = state === 'alarm' || state === 'tamper' ? colours.p1 : state === 'low_battery' || state === 'trouble' ? colours.p2 : state === 'ok' ? colours.pole : colours.stale;
    pen.translate(size / 2, size / 2);
    if (state === 'alarm' || state === 'tamper') {
      pen.strokeStyle = colour;
      pen.lineWidth = 1.5;
      pen.beginPath();
      pen.arc(0, 0, 10.5, 0, 7);
      pen.stroke();
    }
    pen.beginPath();
    pen.moveTo(0, -7.5);
    pen.lineTo(7.5, 0);
    pen.lineTo(0, 7.5);
    pen.lineTo(-7.5, 0);
    pen.closePath();
    pen.lineJoin = 'round';
    pen.lineWidth = 4;
    pen.strokeStyle = colours.halo;
    pen.stroke();
    pen.fillStyle = state === 'silent' || state === 'unknown' ? colours.halo : colour;
    pen.fill();
    pen.lineWidth = 1.8;
    pen.strokeStyle = colour;
    pen.stroke();
    pen.lineWidth = 2;
    pen.strokeStyle = state === 'silent' || state === 'unknown' ? colour : colours.halo;
    pen.beginPath();
    if (state === 'silent') {
      pen.moveTo(-3, 3);
      pen.lineTo(3, -3);
    } else if (state === 'alarm' || state === 'tamper' || state === 'trouble' || state === 'low_battery') {
      pen.moveTo(0, -3.4);
      pen.lineTo(0, 0.6);
      pen.moveTo(0, 3);
      pen.lineTo(0, 3.6);
    }
    pen.stroke();
  });
}

/** A camera: a dot, hollow when it fell silent. */
function camera(state: DeviceState, colours: Palette): ImageData {
  const silent = state === 'silent';
  return draw(12, (pen) => {
    pen.beginPath();
    pen.arc(6, 6, silent ? 3.4 : 3.8, 0, 7);
    pen.fillStyle = colours.halo;
    pen.fill();
    pen.beginPath();
    pen.arc(6, 6, silent ? 3 : 2.6, 0, 7);
    pen.fillStyle = pen.strokeStyle = silent ? colours.stale : colours.camera;
    pen.lineWidth = 1.5;
    if (silent) pen.stroke();
    else pen.fill();
  });
}

async function lucide(svg: string, colour: string, halo: string): Promise<ImageData> {
  const size = 18;
  const picture = new Image();
  const inked = svg.replaceAll('currentColor', colour).replace('width="24"', `width="${14 * RATIO}"`).replace('height="24"', `height="${14 * RATIO}"`).replace('stroke-width="2"', 'stroke-width="2.2"');
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(inked)}`;
  await picture.decode();
  return draw(size, (pen) => {
    pen.beginPath();
    pen.arc(size / 2, size / 2, size / 2, 0, 7);
    pen.globalAlpha = 0.8;
    pen.fillStyle = halo;
    pen.fill();
    pen.globalAlpha = 1;
    pen.drawImage(picture, 2, 2, 14, 14);
  });
}

/** Puts all pictures into the map, replacing those of another theme. */
export async function addImages(map: MapLibre, colours: Palette): Promise<void> {
  const put = (name: string, image: ImageData) => {
    if (map.hasImage(name)) map.updateImage(name, image);
    else map.addImage(name, image, { pixelRatio: RATIO });
  };
  put('hatch-economic', hatch('economic', colours.economic));
  put('hatch-risk', hatch('risk', colours.risk));
  put('hatch-landmark', hatch('landmark', colours.landmark));
  for (const state of ['ok', 'silent', 'alarm', 'tamper', 'trouble', 'low_battery', 'unknown'] as const) {
    put(`pole-${state}`, pole(state, colours));
    put(`camera-${state}`, camera(state, colours));
  }
  put('obstacle', draw(30, () => undefined));
  await Promise.all(Object.entries(PLACE_PICTURES).map(async ([kind, svg]) => put(`place-${kind}`, await lucide(svg, colours.place, colours.ground))));
}
