import { describe, expect, it } from 'vitest';
import { bearingDeg, compass, COMPASS, distanceM, drawStreets, plane, scaleBar, tagAt, type Spot } from './near';
import { streetLabels } from './streetlabels';
import type { Streets } from './types';

const HERE: Spot = { lon: 100.5, lat: 13.75 };
const move = (east_m: number, north_m: number): Spot => ({ lon: HERE.lon + east_m / (111_195 * Math.cos((13.75 * Math.PI) / 180)), lat: HERE.lat + north_m / 111_195 });

describe('distance and direction', () => {
  it('agrees with a known pair: Bangkok to Chiang Mai, about 583 km, north-north-west', () => {
    const there = { lon: 98.9853, lat: 18.7883 };
    expect(distanceM({ lon: 100.5018, lat: 13.7563 }, there) / 1000).toBeCloseTo(582.6, -1);
    expect(compass(bearingDeg({ lon: 100.5018, lat: 13.7563 }, there))).toBe('n');
  });

  it('names the eight directions', () => {
    const found = [move(0, 90), move(90, 90), move(90, 0), move(90, -90), move(0, -90), move(-90, -90), move(-90, 0), move(-90, 90)];
    expect(found.map((spot) => compass(bearingDeg(HERE, spot)))).toEqual([...COMPASS]);
    expect(compass(359)).toBe('n');
    expect(compass(-45)).toBe('nw');
    expect(distanceM(HERE, move(300, 400))).toBeCloseTo(500, 0);
  });
});

describe('the plane', () => {
  it('shows every spot inside its margin, north up, without stretching', () => {
    const spots = [HERE, move(800, 200), move(-100, 900)];
    const on = plane(spots, 360, 200);
    for (const spot of spots) {
      const [x, y] = on.at(spot);
      expect(x).toBeGreaterThanOrEqual(39.9);
      expect(x).toBeLessThanOrEqual(320.1);
      expect(y).toBeGreaterThanOrEqual(39.9);
      expect(y).toBeLessThanOrEqual(160.1);
    }
    const [hx, hy] = on.at(HERE);
    const [ex] = on.at(move(100, 0));
    const [, ny] = on.at(move(0, 100));
    expect(ex - hx).toBeCloseTo(hy - ny, 1);
  });

  it('does not magnify two spots that nearly touch', () => {
    const on = plane([HERE, move(3, 2)], 360, 200, 150);
    expect(on.metres * 100).toBeCloseTo(150, 5);
    expect(plane([HERE], 0, 0).at(HERE)).toEqual([0, 0]);
  });

  it('has a round scale that fits', () => {
    expect(scaleBar(1.5, 80)).toEqual({ length_m: 100, size: 100 / 1.5 });
    expect(scaleBar(0.9, 80).length_m).toBe(50);
    expect(scaleBar(4, 80).length_m).toBe(200);
  });
});

describe('streets', () => {
  const line = (id: number, kind: 'main' | 'soi', name: string | null, ...spots: Spot[]): Streets['features'][number] => ({
    type: 'Feature',
    properties: { id, class: kind, name_th: name, name_en: null, oneway: false, lit: null },
    geometry: { type: 'LineString', coordinates: spots.map((spot) => [spot.lon, spot.lat]) },
  });
  const streets: Streets = {
    type: 'FeatureCollection',
    features: [line(1, 'main', 'ถนนหลัก', move(-500, 50), move(500, 60)), line(2, 'soi', 'ซอย 3', move(30, 50), move(30, -400)), line(3, 'soi', 'ซอยไกล', move(5000, 0), move(5100, 0)), line(4, 'soi', null, move(0, 0), move(50, 0))],
  };

  it('draws what crosses the picture, main roads last', () => {
    const drawn = drawStreets(streets, plane([HERE], 360, 200, 150));
    expect(drawn.map((street) => street.id)).toEqual([2, 4, 1]);
    expect(drawn[2]?.d).toMatch(/^M-?[\d.]+ [\d.]+L[\d.]+ [\d.]+$/);
  });

  it('names each street once, upright, away from the marks', () => {
    const labels = streetLabels(streets, plane([HERE], 360, 200, 150), []);
    expect(labels.map((label) => label.th)).toEqual(['ถนนหลัก']);
    expect(Math.abs(labels[0]?.turn ?? 180)).toBeLessThan(5);
    expect(streetLabels(streets, plane([HERE], 360, 200, 150), [move(0, 55)])).toEqual([]);
  });

  it('lays no name over the name of a mark, which stands below it near the upper edge', () => {
    const on = plane([HERE], 360, 360, 150);
    const mark = move(0, 145);
    const [, y] = on.at(mark);
    const below = (y + tagAt(y) - on.at(move(0, 0))[1]) * -on.metres;
    const named: Streets = { type: 'FeatureCollection', features: [line(1, 'main', 'ถนนหลัก', move(-140, below), move(140, below))] };
    expect(tagAt(y)).toBe(30);
    expect(streetLabels(named, on, [])).toHaveLength(1);
    expect(streetLabels(named, on, [mark])).toEqual([]);
  });

  it('leaves the scale its corner', () => {
    const on = plane([HERE], 360, 360, 150);
    const low = (-(on.height / 2 - 16)) * on.metres;
    const side = (from: number, to: number): Streets => ({ type: 'FeatureCollection', features: [line(1, 'main', 'ซอย 17', move(from, low), move(to, low))] });
    expect(streetLabels(side(-140, -60), on, [])).toEqual([]);
    expect(streetLabels(side(60, 140), on, [])).toHaveLength(1);
  });

  it('lays no name over another, or over the edge', () => {
    const two = (far: number): Streets => ({ type: 'FeatureCollection', features: [line(1, 'main', 'ถนนหลักสายยาวมาก', move(-150, 0), move(150, 0)), line(2, 'soi', 'ซอยข้างสายยาวมาก', move(30, far - 150), move(30, far + 150))] });
    const names = (streets: Streets): string[] => streetLabels(streets, plane([HERE], 360, 360, 150), []).map((label) => label.th);
    expect(names(two(30))).toEqual(['ถนนหลักสายยาวมาก']);
    expect(names(two(70))).toEqual(['ถนนหลักสายยาวมาก', 'ซอยข้างสายยาวมาก']);
    expect(names(two(140))).toEqual(['ถนนหลักสายยาวมาก']);
  });
});
