import { describe, expect, it } from 'vitest';
import en from './en.json';
import { closedBy, isH265, lasts, refusedBy, silentBy, TROUBLES } from './trouble';

describe('why there is no picture', () => {
  it('hears what was said before it was closed', () => {
    expect(closedBy(4404, 'camera_unserved')).toBe('unserved');
    expect(closedBy(4404, 'camera_watching_full')).toBe('full');
    expect(closedBy(4404, 'not_found')).toBe('gone');
    expect(closedBy(4403, null)).toBe('no_right');
    expect(closedBy(4401, null)).toBe('signed_out');
    expect(closedBy(1006, null)).toBe('cut');
    expect(closedBy(4404, 'something_new')).toBe('cut');
  });
  it('tells a camera without signal from one that is connecting', () => {
    expect(silentBy('live', null)).toBeNull();
    expect(silentBy('lost', 'refused')).toBe('refused');
    expect(silentBy('lost', 'a_new_word')).toBe('away');
    expect(silentBy('connecting', null)).toBe('connecting');
  });
  it('knows what mends itself', () => {
    expect(lasts('h265')).toBe(true);
    expect(lasts('no_right')).toBe(true);
    expect(lasts('unserved')).toBe(false);
    expect(lasts('refused')).toBe(false);
  });
  it('reads a still that is refused', () => {
    expect(refusedBy(403, 'forbidden')).toBe('no_right');
    expect(refusedBy(503, 'camera_no_still')).toBe('connecting');
    expect(refusedBy(503, 'camera_unserved')).toBe('unserved');
    expect(refusedBy(0, null)).toBe('cut');
  });
  it('knows H.265 by both names', () => expect([isH265('hevc'), isH265('h265'), isH265('h264'), isH265(null)]).toEqual([true, true, false, false]));
  it('has words for each', () => expect(TROUBLES.filter((one) => !(`trouble.${one}` in en) || !(`trouble.${one}.short` in en))).toEqual([]));
});
