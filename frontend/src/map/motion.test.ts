import { describe, expect, it } from 'vitest';
import { drawn, moved, Track, type Fix } from './motion';

const fix = (lon: number, lat: number, observed_s: number, heading: number | null = null): Fix => ({ lon, lat, heading, observed_s, kind: 1, state: 1 });

describe('moved and drawn', () => {
  it('places the first fix at once', () => {
    const mark = moved(undefined, fix(100, 15, 50), 0);
    expect(drawn(mark, 0)).toEqual({ lon: 100, lat: 15, heading: null, moving: false });
  });
  it('walks to the next fix in the time between both, then stands', () => {
    const mark = moved(moved(undefined, fix(100, 15, 50), 0), fix(100.001, 15, 52), 1000);
    expect(drawn(mark, 1000).lon).toBeCloseTo(100, 9);
    expect(drawn(mark, 2000).lon).toBeCloseTo(100.0005, 9);
    expect(drawn(mark, 3000)).toMatchObject({ lon: 100.001, moving: false });
    expect(drawn(mark, 60_000).lon).toBe(100.001);
  });
  it('starts from where it was drawn when a fix comes early', () => {
    const first = moved(moved(undefined, fix(100, 15, 50), 0), fix(100.001, 15, 52), 1000);
    const second = moved(first, fix(100.002, 15, 53), 2000);
    expect(drawn(second, 2000).lon).toBeCloseTo(100.0005, 9);
  });
  it('is put, not flown, over a jump', () => {
    const mark = moved(moved(undefined, fix(100, 15, 50), 0), fix(100.1, 15, 52), 1000);
    expect(drawn(mark, 1000)).toMatchObject({ lon: 100.1, moving: false });
  });
  it('ignores an older fix', () => {
    const mark = moved(undefined, fix(100, 15, 50), 0);
    expect(moved(mark, fix(101, 15, 49), 10)).toBe(mark);
    expect(moved(mark, { ...fix(101, 15, 49), state: 3 }, 10)).toEqual({ ...mark, state: 3 });
  });
  it('turns the short way and keeps the last heading when none is sent', () => {
    const mark = moved(moved(undefined, fix(100, 15, 50, 350), 0), fix(100.0001, 15, 51, 10), 0);
    expect(drawn(mark, 1000).heading).toBeCloseTo(10, 6);
    expect(drawn(mark, 100).heading).toBeGreaterThan(349);
    expect(moved(mark, fix(100.0001, 15, 52), 2000).heading).toBe(10);
  });
});

describe('Track', () => {
  it('thins, answers with the last known, and admits when nothing was known', () => {
    const track = new Track();
    for (let s = 0; s <= 60; s += 1) track.add(fix(100 + s / 1e6, 15, 1000 + s));
    expect(track.size).toBe(13);
    expect(track.at(999)).toBeNull();
    expect(track.at(1004)?.observed_s).toBe(1000);
    expect(track.at(1060)?.observed_s).toBe(1060);
    expect(track.at(1180)?.observed_s).toBe(1060);
    expect(track.at(1181)).toBeNull();
  });
  it('forgets what is older than the strip', () => {
    const track = new Track();
    track.add(fix(100, 15, 0));
    track.add(fix(100, 15, 10_000));
    expect(track.size).toBe(1);
  });
});
