import { describe, expect, it } from 'vitest';
import { pulled, reached, sectorPath } from './sector';
import { found, lacks, nextKey, type Camera } from './types';

describe('a sector', () => {
  it('is pulled to where its handle is', () => {
    for (const bearing of [0, 45, 90, 200, 359]) {
      for (const reach of [5, 40, 300]) expect(pulled([3, 7], reached([3, 7], bearing, reach))).toEqual({ bearing_deg: bearing, reach_m: reach });
    }
  });
  it('is empty where the view is not known', () => {
    expect(sectorPath([0, 0], { bearing_deg: null, fov_deg: 60 }, 40)).toBe('');
    expect(sectorPath([0, 0], { bearing_deg: 10, fov_deg: null }, 40)).toBe('');
    expect(sectorPath([0, 0], { bearing_deg: 10, fov_deg: 60 }, null)).toBe('');
    expect(sectorPath([0, 0], { bearing_deg: null, fov_deg: 360 }, 40)).not.toBe('');
  });
  it('takes the long way round for a wide angle', () => {
    expect(sectorPath([0, 0], { bearing_deg: 0, fov_deg: 200 }, 10)).toContain(' 0 1 1 ');
    expect(sectorPath([0, 0], { bearing_deg: 0, fov_deg: 90 }, 10)).toContain(' 0 0 1 ');
  });
});

const one = (more: Partial<Camera>): Camera => ({ key: 'cam-07', name_th: 'แยกตลาด', name_en: '', owner_name: 'เทศบาล', funder: '', point: null, source: null, state: 'working', paper: 'not_needed', has_stream: true, sector_day: [[0, 0]], ...more }) as Camera;

describe('a camera of the list', () => {
  it('is found by all words that are typed', () => {
    expect(found(one({}), 'ตลาด เทศบาล')).toBe(true);
    expect(found(one({}), 'ตลาด อบจ')).toBe(false);
    expect(found(one({}), 'CAM-07')).toBe(true);
  });
  it('says what it lacks', () => {
    expect(lacks(one({}))).toEqual([]);
    expect(lacks(one({ paper: 'ended', has_stream: false, sector_day: [] }))).toEqual(['paper', 'stream', 'view']);
    expect(lacks(one({ state: 'retired', has_stream: false }))).toEqual([]);
  });
  it('gets the next free key', () => {
    expect(nextKey(['cam-08', 'x', 'cam-3'])).toBe('cam-09');
    expect(nextKey([])).toBe('cam-01');
  });
});
